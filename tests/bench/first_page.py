"""How long a first visit takes on a village network, and what Lighthouse says of the pages that everybody sees.

    python -m tests.bench.first_page                  # the pages as nginx sends them; TIMES=3 for medians of three
    python -m tests.bench.first_page --no-lighthouse

The network is Chromium's own brake: 400 kbit/s each way, 400 ms until anything is answered. "Readable" is the first
paint with words in it on an empty cache (aim 2.5 s). "First frame" runs from the press on Play to the first frame on
the screen: natively or with hls.js fetched beforehand (aim 5 s), and with hls.js still to come, as on an old WebView
pressed at once (aim 8 s). Lighthouse runs as it does by default for phones (aims 95, 100, 95).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

BYTES_PER_SECOND = 400_000 // 8
LATENCY_MS = 400
PAGES = ("home", "track", "course", "lesson", "my learning")
NO_NATIVE_HLS = "HTMLMediaElement.prototype.canPlayType = type => /mpegurl/i.test(type) ? '' : 'maybe';"
WATCH_PLAY = """document.addEventListener("click", event => {
  if (!event.target.closest("[data-play]")) return;
  const pressed = performance.now();
  document.querySelector("video").requestVideoFrameCallback(now => { window.firstFrame = now - pressed; });
}, true);"""
# The first paint is that of the head; words are there with the largest.
READABLE = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# A package of its own, installed when it is first wanted: it is as heavy as all else of the front end together.
LIGHTHOUSE = Path(__file__).resolve().parent / "lighthouse"
KINDS = ("performance", "accessibility", "best-practices")


def say(bench: str, value: float, unit: str, **more: Any) -> None:
    load = round(os.getloadavg()[0], 1)
    print(json.dumps({"bench": f"first page: {bench}", "value": value, "unit": unit, **more, "load": load}), flush=True)


def slow_window(browser: Any, site: Any, *, native: bool) -> Any:
    """A page on an empty cache behind the brake."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, device_scale_factor=2, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": site.session, "url": site.url}])
    page = context.new_page()
    page.add_init_script(WATCH_PLAY)
    if not native:
        page.add_init_script(NO_NATIVE_HLS)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    return page


def readable_ms(browser: Any, site: Any, name: str) -> float:
    from tests.browsing import wait_for_page

    page = slow_window(browser, site, native=True)
    if name != "my learning":
        page.context.clear_cookies()
    page.goto(site.url + site.addresses[name], wait_until="commit")
    page.locator("h1").wait_for()
    wait_for_page(page, READABLE)
    taken = page.evaluate(READABLE)
    page.context.close()
    return float(taken)


def first_frame_ms(browser: Any, site: Any, *, native: bool, warm: bool) -> float:
    from tests.browsing import wait_for_page

    page = slow_window(browser, site, native=native)
    page.context.clear_cookies()
    address = site.url + site.addresses["lesson"]
    if warm and not native:
        with page.expect_response("**/hls.light-*.js") as fetched:
            page.goto(address, wait_until="commit")
        fetched.value.finished()
    else:
        page.goto(address, wait_until="commit")
    page.locator("[data-play]").click()
    wait_for_page(page, "window.firstFrame")
    taken = page.evaluate("window.firstFrame")
    page.context.close()
    return float(taken)


def frames_and_words(site: Any, times: int) -> None:
    from playwright.sync_api import sync_playwright

    from lms.tools.browser import ARGUMENTS, find_browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(whole=True), args=list(ARGUMENTS))
        for name in PAGES:
            taken = [readable_ms(browser, site, name) for _ in range(times)]
            say(f"readable, {name}", round(statistics.median(taken) / 1000, 2), "s", aim=2.5)
        for words, native, warm, aim in (
            ("native HLS", True, True, 5),
            ("hls.js already there", False, True, 5),
            ("hls.js still to come", False, False, 8),
        ):
            taken = [first_frame_ms(browser, site, native=native, warm=warm) for _ in range(times)]
            say(f"first frame, {words}", round(statistics.median(taken) / 1000, 2), "s", aim=aim)
        browser.close()


def lighthouse(site: Any, name: str, folder: Path) -> dict[str, Any]:
    """Its report on one page; raises CalledProcessError where it cannot run."""
    from lms.tools.browser import ARGUMENTS, find_browser
    from lms.tools.setup import QUIET_NPM, node_folder, run_npm

    node = node_folder()
    if not (LIGHTHOUSE / "node_modules").exists():
        run_npm(node, "ci", *QUIET_NPM, f"--prefix={LIGHTHOUSE}")
    told = folder / f"{name.replace(' ', '-')}.json"
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": f"sessionid={site.session}"} if name == "my learning" else {}))
    command = [
        str(node / "node"), str(LIGHTHOUSE / "node_modules" / "lighthouse" / "cli" / "index.js"),
        site.url + site.addresses[name], "--output=json", f"--output-path={told}", "--quiet",
        f"--only-categories={','.join(KINDS)}", f"--extra-headers={headers}",
        f"--chrome-flags={' '.join(ARGUMENTS)}",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": find_browser(whole=True) or "", "LIGHTHOUSE_TELEMETRY": "0"}
    subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=180)
    return dict(json.loads(told.read_text()))


def say_lighthouse(site: Any, folder: Path) -> None:
    for name in PAGES:
        try:
            report = lighthouse(site, name, folder)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"Lighthouse could not look at {name}: {getattr(error, 'stderr', '') or error}", file=sys.stderr)
            continue
        points = {kind: round(100 * (report["categories"][kind]["score"] or 0)) for kind in KINDS}
        audits = report["audits"]
        lacking = sorted(
            audit
            for kind in KINDS[1:]
            for audit in (part["id"] for part in report["categories"][kind]["auditRefs"] if part["weight"])
            if audits[audit]["score"] not in (1, None)
        )
        say(
            f"Lighthouse, {name}",
            points["performance"],
            "points",
            accessibility=points["accessibility"],
            best_practices=points["best-practices"],
            first_paint_s=round(audits["first-contentful-paint"]["numericValue"] / 1000, 2),
            largest_paint_s=round(audits["largest-contentful-paint"]["numericValue"] / 1000, 2),
            blocked_ms=round(audits["total-blocking-time"]["numericValue"]),
            moved=round(audits["cumulative-layout-shift"]["numericValue"], 3),
            lacking=lacking,
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-lighthouse", action="store_true", help="only the brake")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    django.setup()
    from tests.public_site import PublicSite

    with tempfile.TemporaryDirectory(prefix="tianjian-first-page-") as folder, PublicSite(Path(folder)) as site:
        frames_and_words(site, int(os.environ.get("TIMES", "1")))
        if not chosen.no_lighthouse:
            say_lighthouse(site, Path(folder))


if __name__ == "__main__":
    main()
