"""Each kind of page says what it may load and run; that nothing it needs is refused, the browser tests prove."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from lms.middleware import ContentSecurityPolicyMiddleware
from lms.people.models import Person
from tests.cast import Cast

TEMPLATES = Path(__file__).resolve().parents[1] / "lms" / "templates"
# Pages of Wagtail's admin, and pages that bring a policy of their own.
LOOSER = ("media/recordings/", "wagtailadmin/", "500.html", "styleguide.html", "learning/passed_on/")
INLINE = re.compile(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:|src=\"(?:https?:)?//|<link[^>]*//")


def policy_of(response: HttpResponse) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";")]
    return {name: allowed for name, _space, allowed in parts}


def answered(path: str, response: HttpResponse) -> HttpResponse:
    def answer(request: HttpRequest) -> HttpResponse:
        return response

    return ContentSecurityPolicyMiddleware(answer)(RequestFactory().get(path))


@pytest.mark.django_db
def test_pages_run_no_inline_script_and_nothing_from_elsewhere(client: Client) -> None:
    for address in ("/verify/", "/account/sign-in/", "/nowhere/"):
        policy = policy_of(client.get(address))

        assert policy["default-src"] == "'self'" and "script-src" not in policy, address
        assert policy["frame-ancestors"] == policy["object-src"] == "'none'", address
        assert not re.search(r"unsafe|\*|http|//", " ".join(policy.values())), address


@pytest.mark.django_db
def test_the_desk_is_as_strict_and_the_admin_may_be_shown_in_its_own_frame(
    cast: Cast, at_desk: Callable[[Person], Client]
) -> None:
    assert "'unsafe-inline'" not in at_desk(cast.officer).get("/desk/")["Content-Security-Policy"]
    policy = policy_of(at_desk(cast.audit_admin).get("/admin/"))

    assert (policy["frame-ancestors"], policy["script-src"]) == ("'self'", "'self' 'unsafe-inline'")
    assert not re.search(r"\*|http|//|unsafe-eval", " ".join(policy.values()))


def test_a_broken_page_may_load_nothing_and_a_policy_of_its_own_stays(settings: Any) -> None:
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'; sandbox"})

    assert policy_of(answered("/", HttpResponse(status=500)))["default-src"] == "'none'"
    assert answered("/", own)["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Content-Security-Policy" not in answered("/", HttpResponse(content_type="application/pdf"))
    settings.DEBUG = True
    assert "Content-Security-Policy" not in answered("/", HttpResponse(status=500))
    assert policy_of(answered("/", HttpResponse()))["default-src"] == "'self'"


def test_no_template_writes_script_or_style_into_a_page() -> None:
    found = {
        str(path.relative_to(TEMPLATES)): INLINE.findall(path.read_text(encoding="utf-8"))
        for path in TEMPLATES.rglob("*.html")
    }

    assert len(found) > 150
    assert {name: each for name, each in found.items() if each and not name.startswith(LOOSER)} == {}
