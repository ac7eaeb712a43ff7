"""The privacy notices that ship with Tianjian; a changed text is a new version in a new file.

Beside it, in `changes/`, stands what is new in it: the basis in the first line, then a sentence or two. Whoever agreed
to an older version, or came with a roster and was never told, is told on her next visit, and asked where it rests on
consent.
"""

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.db import transaction

from lms.people.enums import ConsentMeans, LegalBasis, NoticeAudience, RosterStepKind
from lms.people.models import Consent, NoticeRead, Person, PrivacyNotice, RosterStep
from lms.people.queries import same_person_ids

FOLDER = Path(__file__).resolve().parent.parent / "notices"
# What a session remembers: the version that its person knows, or of which she wants to hear another time.
KNOWN = "privacy_notice_known"
_BASIS = re.compile(r"(?:basis|依据)[:：] ?([a-z_]+)")


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
        _keep_changes(notice, path)


def _keep_changes(notice: PrivacyNotice, path: Path) -> None:
    """What is new in the notice, where that is said and not kept yet."""
    said = path.parent / "changes" / path.name
    if notice.changes_zh or not said.exists():
        return
    first, _line, notice.changes_zh = said.read_text(encoding="utf-8").strip().partition("\n")
    english = said.with_name(path.name.replace(".zh-hans.", ".en.")).read_text(encoding="utf-8")
    notice.changes_en = english.strip().partition("\n")[2]
    found = _BASIS.fullmatch(first)
    notice.basis = LegalBasis(found[1] if found else first)
    notice.save(update_fields=["changes_zh", "changes_en", "basis"])


@cache
def newest_version() -> str:
    """The version of the newest notice to everybody that ships here, without asking the database."""
    names = (path.name.removesuffix(".zh-hans.txt") for path in FOLDER.glob("everybody-*.zh-hans.txt"))
    return max(name.partition("-")[2] for name in names)


def notices_due(person: Person) -> list[PrivacyNotice]:
    """The notices of which the person has not been told, the oldest first; none where she knows the newest.

    Who never agreed to any and came with no roster (staff who were invited) was told otherwise.
    """
    ids, mine = same_person_ids(person), {"notice__audience": NoticeAudience.EVERYBODY}
    known = Consent.objects.filter(person__in=ids, withdrawn_at__isnull=True, **mine).values_list(
        "notice__published_at", flat=True
    )
    read = NoticeRead.objects.filter(person__in=ids, **mine).values_list("notice__published_at", flat=True)
    moments = [*known, *read]
    notices = PrivacyNotice.objects.filter(audience=NoticeAudience.EVERYBODY).order_by("published_at")
    if moments:
        return list(notices.filter(published_at__gt=max(moments)))
    made = RosterStep.objects.filter(kind=RosterStepKind.PERSON_CREATED, object_id__in=ids)
    return list(notices.order_by("-published_at")[:1]) if made.exists() else []


def must_be_asked(notices: list[PrivacyNotice], person: Person) -> bool:
    """Whether any of what is new rests on the consent of the person; who never agreed to anything is told."""
    agreed = Consent.objects.filter(person__in=same_person_ids(person), withdrawn_at__isnull=True)
    return any(notice.basis == LegalBasis.CONSENT for notice in notices) and agreed.exists()


@transaction.atomic
def note_read(person: Person, notice: PrivacyNotice, *, at: datetime) -> None:
    """She has read what is new in the notice, and in those before. Told twice, it is one."""
    NoticeRead.objects.get_or_create(person=person, notice=notice, defaults={"read_at": at})


@transaction.atomic
def agree_to(person: Person, notice: PrivacyNotice, *, at: datetime) -> Consent:
    """She agrees to the notice, signed in; her earlier consents stay on record. Told twice, it is one."""
    given = {"means": ConsentMeans.SIGNED_IN, "given_at": at}
    return Consent.objects.get_or_create(person=person, notice=notice, withdrawn_at=None, defaults=given)[0]


def current_notice(audience: str = NoticeAudience.EVERYBODY) -> PrivacyNotice:
    """The newest published notice for the audience."""
    return PrivacyNotice.objects.filter(audience=audience).latest()
