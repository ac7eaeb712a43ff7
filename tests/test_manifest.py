"""What a phone needs to put the site on its home screen."""

import json

import pytest
from django.urls import resolve
from PIL import Image

from tests.browsing import ROOT

STATIC = ROOT / "lms" / "static"
MANIFEST = json.loads((STATIC / "site.webmanifest").read_text(encoding="utf-8"))
DRAWN = [icon for icon in MANIFEST["icons"] if icon["type"] == "image/png"]


@pytest.mark.parametrize("icon", DRAWN, ids=lambda icon: icon["src"])
def test_each_icon_is_as_large_as_it_says(icon):
    with Image.open(STATIC / icon["src"]) as image:
        assert f"{image.width}x{image.height}" == icon["sizes"]
        # A maskable icon is cut by the phone, and so has a ground everywhere; the other has round corners of its own.
        alpha = image.convert("RGBA").getpixel((0, 0))[3]
        assert (alpha == 255) == (icon.get("purpose") == "maskable")


def test_there_is_an_icon_of_each_kind_and_size():
    assert {(icon["sizes"], icon.get("purpose", "any")) for icon in DRAWN} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }


def test_it_opens_the_site_and_its_shortcuts_lead_somewhere():
    assert MANIFEST["id"] == MANIFEST["start_url"] == MANIFEST["scope"] == "/"
    assert MANIFEST["display"] == "minimal-ui"
    assert [resolve(shortcut["url"]).view_name for shortcut in MANIFEST["shortcuts"]] == [
        "learning:kept",
        "learning:mine",
    ]
