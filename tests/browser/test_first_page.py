"""What each kind of page costs on a first visit and on the next, as production sends it to a phone."""

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.public_site import PublicSite

pytestmark = [pytest.mark.browser, pytest.mark.nginx, pytest.mark.slow]

FIRST_VISIT_BYTES = 60_000
NEXT_VISIT_BYTES = 15_000
NO_NATIVE_HLS = "HTMLMediaElement.prototype.canPlayType = type => /mpegurl/i.test(type) ? '' : 'maybe';"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, built_front_end: None) -> Iterator[PublicSite]:
    with PublicSite(tmp_path_factory.mktemp("site")) as site:
        yield site


class Visit:
    """What went over the wire while a page was looked at: bytes with their headers, by address."""

    def __init__(self, page: Page) -> None:
        self.bytes: dict[str, int] = {}
        self._addresses: dict[str, str] = {}
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", self._asked)
        network.on("Network.loadingFinished", self._arrived)

    def _asked(self, told: dict[str, Any]) -> None:
        self._addresses[told["requestId"]] = told["request"]["url"]

    def _arrived(self, told: dict[str, Any]) -> None:
        address = self._addresses[told["requestId"]]
        self.bytes[address] = self.bytes.get(address, 0) + int(told["encodedDataLength"])

    @property
    def asked(self) -> set[str]:
        return {address for address in self._addresses.values() if not address.startswith(("data:", "blob:"))}

    def total(self) -> int:
        return sum(size for address, size in self.bytes.items() if "/hls.light-" not in address)


def visit(context: BrowserContext, address: str) -> Visit:
    page = context.new_page()
    seen = Visit(page)
    page.goto(address, wait_until="networkidle")
    page.close()
    return seen


def phone(browser: Browser, site: PublicSite, name: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": 360, "height": 800}, device_scale_factor=2, locale="zh-CN")
    if name in ("quiz", "my learning"):
        context.add_cookies([{"name": "sessionid", "value": site.session, "url": site.url}])
    return context


@pytest.mark.parametrize("name", ["home", "track", "course", "lesson", "quiz", "my learning", "sign-in", "not found"])
def test_a_page_is_light_at_the_first_visit_and_lighter_at_the_next(browser: Browser, site: PublicSite, name: str):
    context = phone(browser, site, name)
    address = site.url + site.addresses[name]

    first = visit(context, address)
    again = visit(context, address)

    print(f"{name}: {first.total():,} bytes at the first visit, {again.total():,} at the next")
    assert 0 < first.total() <= FIRST_VISIT_BYTES, first.bytes
    assert again.total() <= NEXT_VISIT_BYTES, again.bytes
    assert {other for other in first.asked | again.asked if not other.startswith(site.url)} == set()
    assert not any("/hls.light-" in other for other in first.asked), "this browser plays HLS by itself"
    fetched = [other for other, size in again.bytes.items() if size and "/static/" in other]
    assert fetched == [], "what is named after its content is not asked for again"


def test_a_public_page_that_says_the_same_is_not_sent_again(browser: Browser, site: PublicSite):
    context = phone(browser, site, "lesson")
    address = site.url + site.addresses["lesson"]

    first, again = visit(context, address), visit(context, address)

    assert again.bytes[address] < 1000 < first.bytes[address]


def test_hls_js_is_fetched_when_nobody_waits_where_the_browser_plays_no_hls(browser: Browser, site: PublicSite):
    context = phone(browser, site, "lesson")
    context.add_init_script(NO_NATIVE_HLS)
    page = context.new_page()
    seen = Visit(page)

    with page.expect_response("**/hls.light-*.js") as fetched:
        page.goto(site.url + site.addresses["lesson"], wait_until="load")
        seen_by_then = set(seen.asked)

    assert not any("/hls.light-" in address for address in seen_by_then)
    assert "immutable" in fetched.value.headers["cache-control"]
    assert fetched.value.headers["content-encoding"] in ("br", "gzip")


def test_a_phone_gets_the_newest_format_of_the_still_that_it_reads_and_nothing_moves(
    browser: Browser, site: PublicSite
):
    page = phone(browser, site, "lesson").new_page()
    page.add_init_script("""window.moved = 0; new PerformanceObserver(list => {
        for (const entry of list.getEntries()) window.moved += entry.value;
    }).observe({type: "layout-shift", buffered: true});""")
    seen: list[Response] = []
    page.on("response", lambda response: seen.append(response))
    page.goto(site.url + site.addresses["lesson"], wait_until="networkidle")

    still = next(one for one in seen if "/files/p/" in one.url)
    assert still.headers["content-type"] == "image/avif"
    assert page.evaluate("window.moved") < 0.1


def test_the_file_to_pass_on_goes_on_after_a_lost_connection_behind_nginx(site: PublicSite) -> None:
    """Also for a browser that would take it compressed: then it had neither a length nor stretches."""
    with urlopen(site.url + site.addresses["lesson"], timeout=30) as page:
        found = re.search(r"/learn/lessons/\d+/file/", page.read().decode())
    assert found
    got, mark, size = b"", "", 0
    while not size or len(got) < size:
        connection = HTTPConnection("localhost", site.port, timeout=30)
        more = {"Range": f"bytes={len(got)}-", "If-Range": mark} if got else {}
        connection.request("GET", found[0], headers={"Accept-Encoding": "gzip, br", **more})
        response = connection.getresponse()
        assert response.status == (206 if got else 200) and response.headers["Content-Encoding"] is None
        mark, size = response.headers["ETag"], size or int(response.headers["Content-Length"])
        got += response.read(-(-size // 4))
        connection.close()

    with urlopen(site.url + found[0], timeout=30) as whole:
        assert got == whole.read()
