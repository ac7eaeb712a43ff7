"""One officer proposes with a document, another of the same authority approves; nobody decides about herself."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from lms.audit.models import AuditEntry
from lms.credits.domain.assessing import assess
from lms.credits.domain.exempting import (
    MOST_BYTES,
    ExemptionRefused,
    approve_exemption,
    decline_exemption,
    may_decide,
    may_propose,
    propose_exemption,
    read_paper,
    withdraw_exemption,
)
from lms.credits.enums import StandingState
from lms.credits.models import Exemption, Standing
from lms.people.domain.merging import merge
from lms.people.enums import RoleKind
from tests.cast import TODAY
from tests.credits.world import AT, load
from tests.factories.people import PersonFactory, PostFactory, RoleFactory
from tests.tasks import run_tasks_at_once

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
NEXT_YEAR = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def place(clock, settings, tmp_path):
    clock.set(2026, 11, 20, 12)
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def second_officer(cast):
    person = PersonFactory(name="钱二", staff=True)
    RoleFactory(person=person, kind=RoleKind.OFFICER, org=cast.orgs.organization_department)
    return person


@pytest.fixture
def cadre(cast):
    person = PersonFactory(name="钱进", village=cast.places.village)
    PostFactory(
        person=person, org=cast.orgs.township_government, cadre_authority=cast.orgs.organization_department,
        category="township_cadre", level="township_level_deputy",
    )  # fmt: skip
    return person


def picture(form):
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, form)
    return out.getvalue()


def propose(person, by, *, data=PDF, name="批件.exe", **more):
    said = {
        "kind": "maternity_leave", "active_from": date(2026, 1, 1), "active_to": NEXT_YEAR, "reason": "产假",
        "document": read_paper(data, name), "by": by, "at": AT,
    }  # fmt: skip
    return propose_exemption(person, **(said | more))


def test_a_proposal_counts_once_another_officer_approved_it(cast, cadre, second_officer):
    load()
    exemption = propose(cadre, cast.officer)
    before = assess(cadre, 2026, on=TODAY).state

    approved = approve_exemption(exemption, by=second_officer, at=AT)
    again = approve_exemption(exemption, by=second_officer, at=AT)

    assert (before, assess(cadre, 2026, on=TODAY).state) == (StandingState.SHORT, StandingState.EXEMPT)
    assert (approved.state, approved.decided_by, again.decided_at) == ("approved", second_officer, AT)
    assert list(AuditEntry.objects.order_by("seq").values_list("action", "actor_id")) == [
        ("exemption_proposed", cast.officer.pk),
        ("exemption_approved", second_officer.pk),
    ]


def test_nobody_approves_her_own_proposal(cast, cadre):
    exemption = propose(cadre, cast.officer)

    with pytest.raises(ExemptionRefused):
        approve_exemption(exemption, by=cast.officer, at=AT)
    with transaction.atomic(), pytest.raises(IntegrityError):
        Exemption.objects.filter(pk=exemption.pk).update(state="approved", decided_by=cast.officer)
    exemption.refresh_from_db()
    assert exemption.state == "proposed"


def test_nobody_decides_about_herself_under_whatever_account(cast, second_officer):
    PostFactory(
        person=second_officer, org=cast.orgs.township_government, cadre_authority=cast.orgs.organization_department,
        category="township_cadre",
    )  # fmt: skip
    double = PersonFactory(name="钱二")
    RoleFactory(person=double, kind=RoleKind.OFFICER, org=cast.orgs.organization_department)
    exemption = propose(second_officer, cast.officer)

    with pytest.raises(ExemptionRefused):
        approve_exemption(exemption, by=second_officer, at=AT)
    with pytest.raises(ExemptionRefused):
        propose(second_officer, second_officer)
    merge(double, into=second_officer, by=cast.officer, reason="同一人", at=AT)
    double.refresh_from_db()
    assert not may_decide(double, exemption, TODAY)


def test_who_of_the_cast_may_propose_and_decide(cast, cadre, second_officer):
    exemption = propose(cadre, second_officer)

    proposing = {part for part, person in cast.everybody.items() if may_propose(person, cadre, TODAY)}
    deciding = {part for part, person in cast.everybody.items() if may_decide(person, exemption, TODAY)}

    assert proposing == {"officer", "prefecture_officer"}
    assert deciding == {"officer"}


def test_an_officer_of_somebody_else_proposes_nothing(cast, cadre):
    for part in ("neighbour_officer", "agriculture_officer", "ended_officer", "trainer", "stranger"):
        with pytest.raises(ExemptionRefused):
            propose(cadre, getattr(cast, part))
    assert Exemption.objects.count() == 0


def test_declined_is_never_approved_and_says_why(cast, cadre, second_officer):
    exemption = propose(cadre, cast.officer)

    with pytest.raises(ExemptionRefused):
        decline_exemption(exemption, reason=" ", by=second_officer, at=AT)
    declined = decline_exemption(exemption, reason="材料不全", by=second_officer, at=AT)

    assert (declined.state, declined.remark) == ("declined", "材料不全")
    with pytest.raises(ExemptionRefused):
        approve_exemption(exemption, by=second_officer, at=AT)


def test_an_approved_one_ends_early_or_is_withdrawn_and_the_row_stays(cast, cadre, second_officer):
    load()
    exemption = approve_exemption(propose(cadre, cast.officer), by=second_officer, at=AT)

    ended = withdraw_exemption(exemption, ends=date(2026, 7, 1), reason="提前返岗", by=cast.officer, at=AT)
    half = {one.need.category: one.need.hours for one in assess(cadre, 2026, on=TODAY).counters}
    withdrawn = withdraw_exemption(exemption, reason="有误", by=cast.officer, at=AT)

    assert (ended.state, ended.active_to) == ("approved", date(2026, 7, 1))
    # Six of twelve months are left: 50 and 90 halved.
    assert sorted(half.values()) == [Decimal("25.00"), Decimal("45.00")]
    assert (withdrawn.state, withdrawn.decided_by) == ("withdrawn", second_officer)
    assert assess(cadre, 2026, on=TODAY).state == StandingState.SHORT
    assert list(AuditEntry.objects.order_by("-seq").values_list("action", flat=True)[:2]) == [
        "exemption_withdrawn",
        "exemption_ended",
    ]
    with pytest.raises(ExemptionRefused):
        withdraw_exemption(exemption, reason="x", by=cast.neighbour_officer, at=AT)


def test_the_standing_follows_an_approval(cast, cadre, second_officer, settings, django_capture_on_commit_callbacks):
    run_tasks_at_once(settings)
    load()
    exemption = propose(cadre, cast.officer)

    with django_capture_on_commit_callbacks(execute=True):
        approve_exemption(exemption, by=second_officer, at=AT)

    assert set(Standing.objects.filter(person=cadre, first_year=2026).values_list("state", flat=True)) == {"exempt"}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PDF, "pdf"),
        (picture("PNG"), "png"),
        (picture("JPEG"), "jpeg"),
        (b"MZ\x90\x00" + PDF, ""),
        (b"%PDF-1.7 without an end", ""),
        (b"\x89PNG\r\n\x1a\n" + b"not a picture", ""),
        (b"\xff\xd8\xff" + b"<script>alert(1)</script>", ""),
        (b"<html></html>", ""),
        (picture("GIF"), ""),
        (b"", ""),
    ],
)
def test_what_a_document_is_is_read_from_its_bytes(data, kind):
    if not kind:
        with pytest.raises(ExemptionRefused):
            read_paper(data, "批件.pdf")
        return

    assert read_paper(data, "批件.exe").kind == kind


def test_pictures_are_drawn_anew_and_pdfs_that_act_are_refused(cast, cadre):
    exif = Image.Exif()
    exif[0x010F] = "SECRET PHONE"
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "JPEG", exif=exif)

    kept = propose(cadre, cast.officer, data=out.getvalue() + b"<script>MZ")

    stored = kept.document.open().read()
    assert kept.document_kind == "jpeg"
    assert b"SECRET PHONE" not in stored
    assert b"<script>" not in stored
    for act in (b"<</S/JavaScript/JS (app.alert)>>", b"<</S/Launch>>", b"<</Type/EmbeddedFile>>", b"/Encrypt 5 0 R"):
        with pytest.raises(ExemptionRefused):
            propose(cadre, cast.officer, data=PDF.replace(b"trailer", act + b"trailer"))


def test_an_executable_is_refused_and_a_name_is_never_kept(cast, cadre):
    with pytest.raises(ExemptionRefused):
        propose(cadre, cast.officer, data=b"MZ\x90\x00" * 100, name="批件.pdf")

    kept = propose(cadre, cast.officer, name="../../批件.exe")

    assert kept.document.name.startswith("exemptions/") and kept.document.name.endswith(".pdf")
    assert "批件" not in kept.document.name
    assert kept.document.open().read() == PDF


def test_a_file_that_is_too_large_is_refused(cast, cadre):
    with pytest.raises(ExemptionRefused, match="10 MB"):
        propose(cadre, cast.officer, data=PDF + b"0" * MOST_BYTES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"active_to": date(2026, 1, 1)},
        {"active_to": date(2036, 1, 1)},
        {"reason": "  "},
    ],
)
def test_odd_proposals_are_refused_with_a_sentence(cast, cadre, wrong):
    with pytest.raises(ExemptionRefused):
        propose(cadre, cast.officer, **wrong)


def test_the_person_reads_of_her_exemption_on_her_own_page(cast, cadre, second_officer, signed_in):
    exemption = propose(cadre, cast.officer)
    client = signed_in(cadre)

    waiting = client.get("/hours/").content.decode()
    decline_exemption(exemption, reason="材料不全", by=second_officer, at=AT)
    declined = client.get("/hours/").content.decode()

    assert 'data-exemption="proposed"' in waiting
    assert 'data-exemption="declined"' in declined and "材料不全" in declined
    assert "data-exemption" not in signed_in(cast.learner).get("/hours/").content.decode()


def test_a_document_goes_where_its_row_was_not_written(cast, cadre, tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("lms.credits.domain.exempting.record", broken)
    with pytest.raises(RuntimeError):
        propose(cadre, cast.officer)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert Exemption.objects.count() == 0
