"""What people do in a browser, for stories."""

import time

from django_otp.oath import totp
from playwright.sync_api import Page, expect

from tests.browsing import wait_for_page
from tests.stories.site import Site

SECONDS = 1000  # Playwright counts in milliseconds.


def sign_in_by_phone(page: Page, site: Site, phone: str, *, name: str) -> None:
    """A learner signs in with the code sent to the phone, and picks the name, masked or not, if asked."""
    page.goto(f"{site.url}/account/sign-in/")
    page.fill("input[name=phone]", phone)
    page.press("input[name=phone]", "Enter")
    page.wait_for_selector("input[name=code]")
    page.fill("input[name=code]", site.last_sms_code())
    page.press("input[name=code]", "Enter")
    signed_in = page.locator("header a[href='/account/']")
    choice = page.locator(f"main button[name=contact]:has-text('{name[0]}')")
    signed_in.or_(choice).wait_for()
    if choice.is_visible():
        choice.click()
    signed_in.wait_for()


def sign_in_staff(page: Page, site: Site, key: str, *, path: str) -> None:
    """A member of staff opens a page and is asked for password and code on the way."""
    account = site.accounts()[key]
    page.goto(f"{site.url}{path}")
    page.fill("input[name=username]", account["login_code"])
    page.fill("input[name=password]", account["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("input[name=code]")
    page.fill("input[name=code]", one_time_code(site, key))
    page.press("input[name=code]", "Enter")
    page.wait_for_url(f"**{path}**")


def one_time_code(site: Site, key: str) -> str:
    """What the authenticator of this account shows, its clock half a minute fast: enrolling has used up this one."""
    return f"{totp(bytes.fromhex(site.factors()[key]), drift=1):06d}"


def play(page: Page, address: str, *, speed: float = 2.0) -> None:
    """Open a lesson, press play, and go on watching at a speed that the player offers."""
    page.goto(address)
    page.click("[data-play]")
    wait_for_page(page, "document.querySelector('video').currentTime > 0", timeout=20 * SECONDS)
    page.evaluate(f"document.querySelector('video').playbackRate = {speed}")


def see_the_end(page: Page, *, seconds: float = 120) -> None:
    """Watch until the page says that the lesson is done."""
    expect(page.locator("[data-when-done]")).to_be_visible(timeout=seconds * SECONDS)


def wait_for(question, *, seconds: float = 30):
    """Ask again and again until the answer is true; returns it."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer or time.monotonic() > deadline:
            return answer
        time.sleep(0.5)
