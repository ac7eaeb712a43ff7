"""Claims: sent with evidence, reviewed by the unit, recognised by the authority, registered; and every wrong turn."""

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image

from lms.approvals.models import SubmissionStep
from lms.audit.models import AuditEntry
from lms.credits.domain.checking import ledger_faults
from lms.credits.domain.claim_evidence import EvidenceRefused, read_evidence
from lms.credits.domain.claiming import ClaimRefused, Training, submit_again, submit_claim, withdraw_claim
from lms.credits.domain.correcting import correct_entry, reverse_entry
from lms.credits.domain.deciding_claims import (
    DecisionRefused,
    pass_on,
    recognise_claim,
    register_claim,
    reject_claim,
    return_claim,
)
from lms.credits.models import CreditClaim, CreditLedgerEntry
from lms.credits.policies import (
    claims_to_recognise,
    claims_to_review,
    claims_visible_to,
    claims_waiting_for,
)
from lms.credits.queries import hours_by_origin, hours_of
from lms.lib import append_only
from lms.lib.files import stored
from lms.people.enums import RoleKind
from lms.people.models import Person, Post
from tests.cast import TODAY
from tests.credits.outside import imported, row_of, xlsx
from tests.credits.world import AT, adopt, earn
from tests.factories.people import PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db
CLASS = Training(
    title="乡村振兴专题培训班",
    organiser="甲县县委党校",
    category="centralized_training",
    starts_on=date(2026, 10, 12),
    ends_on=date(2026, 10, 14),
    hours=Decimal("24.00"),
    days=Decimal("3.00"),
)


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def pdf(inside: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n" + inside + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


CERTIFICATE = [read_evidence(picture(), "证书.jpg")]


@pytest.fixture
def reviewer(cast) -> Person:
    """The personnel officer of the township, who answers for its village committees."""
    person = PersonFactory(name="钱人事", staff=True)
    RoleFactory(person=person, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.township_government)
    return person


def claimed(person: Person, training: Training = CLASS, **more) -> CreditClaim:
    return submit_claim(person, training, files=more.get("files", CERTIFICATE), at=AT)


def reviewed(person: Person, reviewer: Person, **more) -> CreditClaim:
    claim = claimed(person, **more)
    pass_on(claim, by=reviewer, seen=1, at=AT)
    return claim


def recognised(cast, reviewer: Person, **more) -> CreditLedgerEntry:
    claim = reviewed(cast.learner, reviewer)
    amounts = {"hours": claim.hours, "days": claim.days, **more}
    return recognise_claim(claim, by=cast.officer, seen=2, at=AT, **amounts)


def test_a_claim_becomes_hours_when_unit_and_authority_agree(cast, reviewer):
    entry = recognised(cast, reviewer)

    assert (entry.kind, entry.hours, entry.days, entry.day, entry.by) == (
        "claimed",
        Decimal("24.00"),
        Decimal("3.00"),
        date(2026, 10, 14),
        cast.officer,
    )
    assert (entry.rule, entry.outline_version) == (None, None)
    assert hours_of(cast.learner, 2026)["centralized_training"] == Decimal("24.00")
    assert entry.evidence["claim"]["first_review_by"] == reviewer.pk
    assert list(ledger_faults()) == []
    actions = list(AuditEntry.objects.filter(subject_kind="credit_claim").values_list("action", flat=True))
    assert actions == ["credit_claim_submitted", "credit_claim_reviewed", "credit_claim_recognised"]


def test_recognising_twice_registers_once(cast, reviewer):
    entry = recognised(cast, reviewer)
    claim = CreditClaim.objects.get()

    assert recognise_claim(claim, hours=claim.hours, days=claim.days, by=cast.officer, seen=2, at=AT) == entry
    assert register_claim(claim, at=AT) == entry
    assert CreditLedgerEntry.objects.count() == 1
    assert AuditEntry.objects.filter(action="credit_claim_recognised").count() == 1


def test_another_number_than_claimed_needs_a_reason_which_stands_on_the_record(cast, reviewer):
    claim = reviewed(cast.learner, reviewer)
    with pytest.raises(DecisionRefused):
        recognise_claim(claim, hours=Decimal(16), days=Decimal(2), by=cast.officer, seen=2, at=AT)

    entry = recognise_claim(
        claim, hours=Decimal(16), days=Decimal(2), reason="缺勤一天", by=cast.officer, seen=2, at=AT
    )

    assert (entry.hours, entry.why[1]["reason"], entry.why[1]["claimed_hours"]) == (
        Decimal("16.00"),
        "缺勤一天",
        "24.00",
    )
    assert list(ledger_faults()) == []


def test_claimed_hours_can_be_corrected_and_taken_back(cast, reviewer):
    entry = recognised(cast, reviewer)

    corrected = correct_entry(entry, hours=Decimal(8), reason="有误", by=cast.officer, at=AT).entry
    reverse_entry(corrected, reason="撤销", by=cast.officer, at=AT)

    assert hours_of(cast.learner, 2026)["centralized_training"] == Decimal("0.00")
    assert list(ledger_faults()) == []


def test_a_returned_claim_is_read_mended_and_sent_again(cast, reviewer):
    claim = claimed(cast.learner)
    return_claim(claim, reason="请补结业证书", by=reviewer, seen=1, at=AT)
    more = [read_evidence(picture("PNG"), "结业证.png")]
    kept = {file.pk for file in claim.files.all()}

    submit_again(claim, replace(CLASS, hours=Decimal("20.00")), files=more, keep=kept, by=cast.learner, seen=2, at=AT)

    assert [step.kind for step in claim.submission.steps.all()] == ["submitted", "returned", "submitted"]
    assert claim.submission.steps.get(number=2).reason == "请补结业证书"
    assert (claim.hours, claim.files.filter(is_current=True).count()) == (Decimal("20.00"), 2)
    pass_on(claim, by=reviewer, seen=3, at=AT)
    recognise_claim(claim, hours=claim.hours, days=claim.days, by=cast.officer, seen=4, at=AT)
    assert list(ledger_faults()) == []


def test_a_rejected_claim_is_over_and_the_training_may_be_claimed_anew(cast, reviewer):
    claim = claimed(cast.learner)
    with pytest.raises(DecisionRefused):
        reject_claim(claim, reason="  ", by=reviewer, seen=1, at=AT)
    reject_claim(claim, reason="不是培训", by=reviewer, seen=1, at=AT)

    with pytest.raises(DecisionRefused):
        pass_on(claim, by=reviewer, seen=2, at=AT)
    assert claimed(cast.learner).pk != claim.pk


def test_a_withdrawn_claim_is_decided_by_nobody(cast, reviewer):
    claim = claimed(cast.learner)
    withdraw_claim(claim, by=cast.learner, seen=1, at=AT)
    withdraw_claim(claim, by=cast.learner, seen=1, at=AT)

    with pytest.raises(DecisionRefused):
        pass_on(claim, by=reviewer, seen=2, at=AT)
    assert SubmissionStep.objects.count() == 2


def test_whoever_looked_at_an_older_page_decides_nothing(cast, reviewer):
    claim = claimed(cast.learner)
    return_claim(claim, reason="请改", by=reviewer, seen=1, at=AT)
    submit_again(claim, CLASS, files=CERTIFICATE, keep=set(), by=cast.learner, seen=2, at=AT)

    with pytest.raises(DecisionRefused):
        pass_on(claim, by=reviewer, seen=1, at=AT)


def test_each_of_the_cast_sees_the_claims_that_are_hers(cast, reviewer):
    claim = claimed(cast.learner)
    everybody = {**cast.everybody, "reviewer": reviewer}

    def who(query):
        return {part for part, person in everybody.items() if query(person, on=TODAY).filter(pk=claim.pk).exists()}

    assert who(claims_to_review) == {"reviewer"}
    assert who(claims_to_recognise) == set()
    assert who(claims_waiting_for) == {"reviewer"}
    assert who(claims_visible_to) == {"reviewer", "officer"}
    pass_on(claim, by=reviewer, seen=1, at=AT)
    assert (who(claims_to_review), who(claims_to_recognise)) == (set(), {"officer"})


def test_nobody_of_the_cast_but_reviewer_and_officer_decides(cast, reviewer):
    claim = claimed(cast.learner)
    for part, person in cast.everybody.items():
        with pytest.raises(DecisionRefused):
            pass_on(claim, by=person, seen=1, at=AT)
        if part != "officer":
            with pytest.raises(DecisionRefused):
                return_claim(claim, reason="x", by=person, seen=1, at=AT)
    pass_on(claim, by=reviewer, seen=1, at=AT)
    for part, person in {**cast.everybody, "reviewer": reviewer}.items():
        if part != "officer":
            with pytest.raises(DecisionRefused):
                recognise_claim(claim, hours=Decimal(1), days=Decimal(0), reason="x", by=person, seen=2, at=AT)
    assert CreditLedgerEntry.objects.count() == 0


def test_nobody_decides_about_herself_or_twice(cast, reviewer):
    department = cast.orgs.organization_department
    RoleFactory(person=cast.learner, kind=RoleKind.UNIT_PERSONNEL_OFFICER, org=cast.orgs.village_committee)
    RoleFactory(person=cast.learner, kind=RoleKind.OFFICER, org=department)
    RoleFactory(person=reviewer, kind=RoleKind.OFFICER, org=department)
    claim = claimed(cast.learner)

    with pytest.raises(DecisionRefused):
        pass_on(claim, by=cast.learner, seen=1, at=AT)
    pass_on(claim, by=reviewer, seen=1, at=AT)
    for person in (cast.learner, reviewer):
        with pytest.raises(DecisionRefused):
            recognise_claim(claim, hours=claim.hours, days=claim.days, by=person, seen=2, at=AT)
        assert not claims_to_recognise(person, on=TODAY).exists()


def test_without_a_personnel_officer_two_officers_of_the_authority_decide(cast):
    second = PersonFactory(name="郭科长", staff=True)
    RoleFactory(person=second, kind=RoleKind.OFFICER, org=cast.orgs.organization_department)
    claim = claimed(cast.learner)
    assert list(claims_waiting_for(cast.officer, on=TODAY)) == list(claims_waiting_for(second, on=TODAY)) == [claim]

    pass_on(claim, by=cast.officer, seen=1, at=AT)
    assert list(claims_waiting_for(cast.officer, on=TODAY)) == []
    with pytest.raises(DecisionRefused):
        recognise_claim(claim, hours=claim.hours, days=claim.days, by=cast.officer, seen=2, at=AT)
    recognise_claim(claim, hours=claim.hours, days=claim.days, by=second, seen=2, at=AT)

    assert list(ledger_faults()) == []


def test_the_authority_of_the_day_of_deciding_recognises(cast, reviewer):
    claim = reviewed(cast.learner, reviewer)
    Post.objects.filter(person=cast.learner).update(cadre_authority=cast.orgs.neighbour_department)
    amounts = {"hours": claim.hours, "days": claim.days}

    with pytest.raises(DecisionRefused):
        recognise_claim(claim, by=cast.officer, seen=2, at=AT, **amounts)
    assert recognise_claim(claim, by=cast.neighbour_officer, seen=2, at=AT, **amounts).hours == Decimal("24.00")


@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": date(2026, 10, 11)},
        {"ends_on": TODAY + timedelta(days=1)},
        {"starts_on": date(2024, 12, 31)},
        {"hours": Decimal("-1")},
        {"hours": Decimal("37")},
        {"hours": Decimal("NaN")},
        {"days": Decimal("4")},
        {"hours": Decimal(0), "days": Decimal(0)},
    ],
)
def test_what_cannot_be_is_not_claimed(cast, change):
    with pytest.raises(ClaimRefused):
        claimed(cast.learner, replace(CLASS, **change))

    assert CreditClaim.objects.count() == SubmissionStep.objects.count() == 0


def test_one_training_is_claimed_once_and_with_evidence(cast):
    claimed(cast.learner)

    with pytest.raises(ClaimRefused):
        claimed(cast.learner, replace(CLASS, title="乡村振兴 专题培训班"))
    with pytest.raises(ClaimRefused):
        claimed(cast.learner, replace(CLASS, title="别的班"), files=[])
    many = [read_evidence(picture(size=(60, 40 + number)), "x.jpg") for number in range(6)]
    with pytest.raises(ClaimRefused):
        claimed(cast.learner, replace(CLASS, title="别的班"), files=many)


def test_claims_are_for_people_whom_an_authority_manages(cast):
    with pytest.raises(ClaimRefused):
        claimed(cast.farmer)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"MZ\x90\x00" + b"\0" * 100, "证书.pdf"),
        (b"\x7fELF" + b"\0" * 100, "证书.jpg"),
        (b"#!/bin/sh\necho", "证书.png"),
        (b"PK\x03\x04" + b"\0" * 100, "证书.pdf"),
        (b"<html><script>1</script>", "证书.jpg"),
        (b"<svg xmlns='x'/>", "证书.png"),
        (b"GIF89a" + b"\0" * 100, "证书.jpg"),
        (picture()[:200], "证书.jpg"),
        (b"\xff\xd8\xff" + b"MZ" * 100, "证书.jpg"),
        (b"%PDF-1.7 without an end", "证书.pdf"),
        (pdf(b"<</S/JavaScript/JS (app.alert)>>"), "证书.pdf"),
        (pdf(b"<</S/Launch>>"), "证书.pdf"),
        (pdf(b"<</Type/EmbeddedFile>>"), "证书.pdf"),
        (pdf(b"/Encrypt 5 0 R"), "证书.pdf"),
        (pdf(b"x" * 5_300_000), "证书.pdf"),
        (b"", "证书.pdf"),
    ],
)
def test_what_is_no_evidence_is_refused_whatever_it_is_called(data, name):
    with pytest.raises(EvidenceRefused) as refusal:
        read_evidence(data, name)

    assert str(refusal.value)


def test_pictures_lose_place_and_device_and_whatever_hides_behind_them():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET PHONE"
    Image.new("RGB", (60, 40), "white").save(out, "JPEG", exif=exif)

    kept = read_evidence(out.getvalue() + b"<script>MZ", "C:\\fotos\\证书.exe")

    assert (kept.kind, kept.name) == ("jpeg", "证书.exe")
    assert b"SECRET PHONE" not in kept.data
    assert b"<script>" not in kept.data
    assert read_evidence(pdf(), "证书.jpg").kind == "pdf"


def test_steps_are_never_changed(cast):
    claimed(cast.learner)

    for change in (lambda: SubmissionStep.objects.update(reason="x"), lambda: SubmissionStep.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        ("UPDATE credits_creditclaim SET ends_on = '2026-10-15'", "it does not fit its claim"),
        ("UPDATE credits_creditclaim SET title = 'x'", "it does not fit its claim"),
        ("UPDATE approvals_submission SET state = 'submitted'", "its claim was not recognised"),
        ("DELETE FROM approvals_submissionstep WHERE kind = 'first_review'", "its claim was not recognised"),
        ("UPDATE credits_claimfile SET sha256 = 'x'", "its evidence is not what was recognised"),
        ("UPDATE credits_creditledgerentry SET source_id = 9999", "its claim does not exist"),
        ("UPDATE approvals_submissionstep SET by_id = (SELECT entry.by_id FROM credits_creditledgerentry AS entry) "
         "WHERE kind = 'first_review'", "one person decided twice"),
        ("DELETE FROM credits_creditledgerentry", "credit_claim"),
    ],
)  # fmt: skip
def test_check_ledger_finds_what_was_changed_behind_a_claim(cast, reviewer, attack, fault):
    recognised(cast, reviewer)

    with append_only.lifted(connection), connection.cursor() as cursor:
        cursor.execute(attack)

    assert any(fault in line for line in ledger_faults())


def test_check_ledger_finds_a_lost_evidence_file(cast, reviewer):
    recognised(cast, reviewer)
    stored().delete(CreditClaim.objects.get().files.get().stored_as)

    assert any("evidence file is missing" in line for line in ledger_faults())


def test_hours_are_shown_apart_by_where_they_were_earned(cast, reviewer):
    adopt()
    earn(cast.learner)
    reverse_entry(earn(cast.learner), reason="x", by=cast.officer, at=AT)
    imported(cast, xlsx(row_of(cast.learner, days=1)))
    recognised(cast, reviewer)

    assert hours_by_origin(cast.learner, 2026) == [
        ("here", Decimal("1.00"), Decimal("0.00")),
        ("outside", Decimal("2.00"), Decimal("1.00")),
        ("claim", Decimal("24.00"), Decimal("3.00")),
    ]
    assert hours_by_origin(cast.learner, 2026, until=date(2026, 3, 31)) == [
        ("outside", Decimal("2.00"), Decimal("1.00"))
    ]
