"""The caption desk with 2,000 lines in a browser slowed down four times at 1366 × 768.

Each figure stands beside the same one of a page that does nothing, taken in the same run: a bare text field, an empty
box that scrolls, the list of recordings of the same admin. What the desk's main thread itself spends on a key is
counted in processor time, which a busy machine does not change, times the slowdown (aim: 50 ms, three frames).
"""

import json
import os
import statistics
from datetime import UTC, datetime
from typing import Any

import django

from tests.browsing import wait_for_page

LINES = 2000
SLOWER = 4
KEYS = 60
# How long each key took from the event to the frame that shows it; each scroll frame's distance from the one before.
WATCH = """() => {
  window.keys = []; window.frames = [];
  document.addEventListener("keydown", event => {
    const begun = event.timeStamp;
    requestAnimationFrame(() => { const channel = new MessageChannel();
      channel.port1.onmessage = () => window.keys.push(performance.now() - begun); channel.port2.postMessage(0); });
  }, true);
}"""
BARE = """<textarea style="width: 600px; height: 60px"></textarea>
<div data-list style="height: 500px; overflow-y: auto"><div style="height: 100000px"></div></div>"""
SCROLL = """() => new Promise(done => {
  const list = document.querySelector("[data-list]"); let last = performance.now(), count = 0;
  const frame = now => {
    window.frames.push(now - last); last = now; list.scrollTop += 120;
    if (++count < 120) requestAnimationFrame(frame); else done(window.frames.slice(1));
  };
  requestAnimationFrame(frame);
})"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.test")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    django.setup()
    from django.contrib.staticfiles.testing import StaticLiveServerTestCase
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        StaticLiveServerTestCase.setUpClass()
        try:
            measure(StaticLiveServerTestCase.live_server_url)
        finally:
            StaticLiveServerTestCase.tearDownClass()
    finally:
        teardown_databases(old, verbosity=0)


def session_of_a_trainer(person: Any) -> str:
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone
    from django_otp import DEVICE_ID_SESSION_KEY
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from lms.people.policies import FACTOR_SEEN_AT, PASSWORD_SHOWN_AT

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    device = TOTPDevice.objects.create(user=person, confirmed=True, name="totp")
    session = client.session
    session[PASSWORD_SHOWN_AT] = session[FACTOR_SEEN_AT] = timezone.now().timestamp()
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def measure(site: str) -> None:
    from django.conf import settings
    from playwright.sync_api import sync_playwright

    from lms.tools.browser import ARGUMENTS, find_browser
    from media.domain.captioning import CueText, save_draft, start_draft
    from tests.cast import make_cast
    from tests.factories.learning import ready_video

    cast = make_cast()
    video = ready_video(cast.orgs.provider, code="BENCH0000001", seconds=LINES * 4)
    at = datetime.now(UTC)
    draft = start_draft(video, language="zh", by=cast.trainer, at=at)
    lines = [CueText(n * 4000, n * 4000 + 3500, f"第{n}句，讲的是怎么打包寄快递") for n in range(LINES)]
    save_draft(draft, lines, revision=1, by=cast.trainer, at=at)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(ARGUMENTS))
        context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        session = session_of_a_trainer(cast.trainer)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
        page = context.new_page()
        slower = context.new_cdp_session(page)
        slower.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(f"{site}/admin/recordings/", wait_until="load")
        bare_load = page.evaluate("performance.now()") / 1000
        page.set_content(BARE)
        bare_keys, bare_frames = typed(page, "textarea"), scrolled(page)
        page.goto(f"{site}/admin/recordings/{video.code}/captions/", wait_until="commit")
        page.wait_for_selector(".captions.is-live .desk-row textarea")
        load = page.evaluate("performance.now()") / 1000
        page.wait_for_timeout(2000)
        keys, frames = typed(page, ".desk-row[aria-posinset='4'] textarea"), scrolled(page)
        say("caption_desk_interactive", load, "s", beside=bare_load)
        say("caption_desk_key_to_paint_p95", p95(keys), "ms", beside=p95(bare_keys))
        say("caption_desk_scroll_frame_p95", p95(frames), "ms", beside=p95(bare_frames))
        say("caption_desk_rows_in_page", page.locator(".desk-row").count(), "rows")
        slower.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        say("caption_desk_processor_time_of_a_key", SLOWER * spent_on(page, slower, KEYS), "ms")
        browser.close()


def typed(page: Any, field: str) -> list[float]:
    """Milliseconds from each of many keys to the frame after it."""
    page.evaluate(WATCH)
    page.locator(field).first.click()
    press(page, KEYS)
    wait_for_page(page, f"window.keys.length >= {KEYS}")
    return list(page.evaluate("window.keys"))


def press(page: Any, times: int) -> None:
    for number in range(times):
        page.keyboard.press("abcdefghij"[number % 10])
        page.wait_for_timeout(60)


def scrolled(page: Any) -> list[float]:
    """Milliseconds between the frames of a long scroll."""
    return list(page.evaluate(SCROLL))


def spent_on(page: Any, session: Any, keys: int) -> float:
    """Milliseconds of processor time of the page's main thread for each key, with all that follows from it."""
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    page.locator(".desk-row textarea").nth(8).click()
    page.wait_for_timeout(1500)
    begun = spent()
    press(page, keys)
    return (spent() - begun) * 1000 / keys


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def say(bench: str, value: float, unit: str, beside: float | None = None) -> None:
    line = {"bench": bench, "value": round(value, 2), "unit": unit, "lines": LINES, "cpu_slowdown": SLOWER}
    if beside is not None:
        line |= {"beside": round(beside, 2), "ratio": round(value / beside, 2)}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
