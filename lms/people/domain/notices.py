"""The privacy notices that ship with Tianjian; a changed text is a new version in a new file."""

from datetime import UTC, datetime
from pathlib import Path

from lms.people.enums import NoticeAudience
from lms.people.models import PrivacyNotice

FOLDER = Path(__file__).resolve().parent.parent / "notices"


class NoticeChanged(Exception):
    """A published version says something else than its file: a change needs a new version."""


def ensure_notices() -> None:
    """Publish every notice in the folder that is not yet published: `<audience>-<version>.<language>.txt`."""
    for path in sorted(FOLDER.glob("*.zh-hans.txt")):
        audience, _, version = path.name.removesuffix(".zh-hans.txt").partition("-")
        texts = {
            "text_zh": path.read_text(encoding="utf-8").strip(),
            "text_en": path.with_name(f"{audience}-{version}.en.txt").read_text(encoding="utf-8").strip(),
        }
        notice, created = PrivacyNotice.objects.get_or_create(
            audience=NoticeAudience(audience),
            version=version,
            defaults={**texts, "published_at": datetime.strptime(version, "%Y.%m.%d").replace(tzinfo=UTC)},
        )
        if not created and (notice.text_zh, notice.text_en) != (texts["text_zh"], texts["text_en"]):
            raise NoticeChanged(f"{audience} {version} is published; save the new text under a new version.")


def current_notice(audience: str = NoticeAudience.EVERYBODY) -> PrivacyNotice:
    """The newest published notice for the audience."""
    return PrivacyNotice.objects.filter(audience=audience).latest()
