"""The icons of the home screen, drawn from lms/static/mark.svg by the browser that the tests use.

python -m lms.tools.draw_icons         # writes lms/static/icons/mark-*.png

A maskable icon is cut to a circle or a drop by the phone: the mark stands smaller on a ground that fills the square.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from lms.tools.browser import ARGUMENTS, find_browser

STATIC = Path(__file__).resolve().parents[1] / "static"
GROUND = "#14533a"
SIZES = (192, 512)
# What every phone leaves of a maskable icon is a circle of four fifths; the corners of the mark lie within it.
MASKABLE_SHARE = 0.7


def draw(page: Page, svg: str, size: int, *, maskable: bool) -> bytes:
    """One icon."""
    page.set_viewport_size({"width": size, "height": size})
    within = round(size * MASKABLE_SHARE) if maskable else size
    ground = f"background:{GROUND}" if maskable else ""
    page.set_content(
        f"<style>*{{margin:0}}body{{width:{size}px;height:{size}px;display:grid;place-items:center;{ground}}}"
        f"svg{{width:{within}px;height:{within}px;display:block}}</style>{svg}"
    )
    return page.screenshot(omit_background=not maskable)


def main() -> int:
    svg = (STATIC / "mark.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(ARGUMENTS))
        page = browser.new_page()
        for size in SIZES:
            for name, maskable in (("mark", False), ("mark-maskable", True)):
                path = STATIC / "icons" / f"{name}-{size}.png"
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(draw(page, svg, size, maskable=maskable))
                print(f"{path.name}: {path.stat().st_size} bytes")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
