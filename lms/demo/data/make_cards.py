"""Draw the title cards of the demo recordings with Chromium; run after adding a lesson.

A developer's tool (needs Chromium and a Chinese font). The demo itself only reads the drawn cards, because a
fresh machine has neither.
"""

import os
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
OUTLINE = HERE.parent.parent.parent / "courses" / "data" / "outline.yaml"
COLOURS = {
    "phone": ("#1f5f4a", "#f3ecd8"),
    "ecom": ("#8a4b12", "#fbf1dd"),
    "live": ("#9c2f2f", "#fdf0e4"),
    "gov": ("#24476b", "#eef2ea"),
}
PAGE = """<!doctype html><meta charset="utf-8"><style>
body{{margin:0;width:1280px;height:720px;background:{paper};color:{ink};font-family:"Noto Sans CJK SC",sans-serif;
position:relative;overflow:hidden}}
.track{{position:absolute;left:96px;top:96px;font-size:34px;opacity:.85}}
h1{{position:absolute;left:92px;top:190px;margin:0;font-size:104px;line-height:1.2;width:1090px;font-weight:700}}
p{{position:absolute;left:96px;top:460px;width:1000px;margin:0;font-size:40px;line-height:1.5}}
.label{{position:absolute;right:56px;top:48px;border:3px solid {ink};border-radius:12px;padding:8px 20px;
font-size:28px}}
svg{{position:absolute;left:0;bottom:0}}
</style><div class="track">{track}</div><div class="label">本课声音由人工智能合成</div><h1>{title}</h1><p>{teaches}</p>
<svg width="1280" height="120" viewBox="0 0 1280 120"><g fill="none" stroke="{ink}" stroke-width="5" opacity=".35">
<path d="M0 100 Q320 40 640 84 T1280 60"/><path d="M0 118 Q320 62 640 104 T1280 84"/>
<path d="M0 80 Q320 16 640 62 T1280 36"/></g></svg>"""


def main() -> None:
    lessons = {
        lesson["id"]: (track["title"], lesson)
        for track in yaml.safe_load(OUTLINE.read_text())["tracks"]
        for module in track["modules"]
        for lesson in module["lessons"]
    }
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROME", "/usr/bin/chromium"), args=flags)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        for script in sorted((HERE / "scripts").glob("*.txt")):
            track, lesson = lessons[script.stem]
            ink, paper = COLOURS[script.stem.split("-")[0]]
            page.set_content(
                PAGE.format(ink=ink, paper=paper, track=track, title=lesson["title"], teaches=lesson["teaches"])
            )
            page.screenshot(path=HERE / "cards" / f"{script.stem}.jpg", type="jpeg", quality=72)
        browser.close()


if __name__ == "__main__":
    main()
