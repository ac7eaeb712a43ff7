"""The pages of 证明: mine are mine, everybody sees masked data by number, and nobody guesses or floods."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from lms.credits.attestations import public, serving
from lms.credits.attestations.forms import read_number
from lms.credits.attestations.public import half_masked
from lms.credits.domain.attesting import attest_course, attest_hours, revoke
from lms.credits.domain.binding import Span
from lms.credits.enums import Period
from lms.credits.models import Attestation
from lms.lib.ids import public_code
from lms.people.models import Person, Tally
from tests.cast import Cast
from tests.clock import Clock
from tests.credits.world import AT, adopt, complete_course, earn, load, teach

pytestmark = pytest.mark.django_db
YEAR = Span(Period.ANNUAL, 2026)
SignedIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def today(cast: Cast, clock: Clock) -> None:
    clock.set(2026, 11, 20, 12)
    load()
    adopt()


@pytest.fixture
def made(cast: Cast) -> Attestation:
    earn(cast.learner)
    return attest_hours(cast.learner, YEAR, by=cast.learner, at=AT)


def public_page(number: str) -> str:
    return reverse("verify:attestation", args=[number])


def text_of(pdf: bytes) -> str:
    return "".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().replace("\0", "").split())


def test_my_page_offers_my_years_and_courses_and_issues(cast: Cast, signed_in: SignedIn) -> None:
    earn(cast.learner)
    completion = complete_course(cast.learner, teach(600))
    client = signed_in(cast.learner)

    page = client.get(reverse("credits:my_attestations"))
    assert [code for code, _words in page.context["form"].fields["period"].choices] == [
        "annual-2026",
        "five_year_cycle-2023",
    ]
    answer = client.post(reverse("credits:attest_my_hours"), {"period": "annual-2026"})
    statement = Attestation.objects.get()
    assert answer["Location"] == reverse("credits:my_attestation", args=[statement.number])
    answer = client.post(reverse("credits:attest_my_course", args=[completion.pk]))
    assert client.get(answer["Location"]).status_code == 200 and Attestation.objects.count() == 2


@pytest.mark.parametrize("period", ["", "annual-2020", "annual-99999999999", "x", "five_year_cycle-2023\0"])
def test_no_other_time_is_taken(made: Attestation, signed_in: SignedIn, period: str) -> None:
    answer = signed_in(made.person).post(reverse("credits:attest_my_hours"), {"period": period})

    assert answer.status_code == 422 and Attestation.objects.count() == 1


def test_nobody_opens_prints_or_takes_out_anothers(cast: Cast, made: Attestation, signed_in: SignedIn) -> None:
    completion = complete_course(cast.learner, teach(600))
    for part, person in cast.everybody.items():
        client = signed_in(person)
        wanted = 200 if part == "learner" else 404
        assert client.get(reverse("credits:my_attestation", args=[made.number])).status_code == wanted, part
        assert client.get(reverse("credits:my_attestation_pdf", args=[made.number])).status_code == wanted, part
        if part != "learner":
            assert client.post(reverse("credits:attest_my_course", args=[completion.pk])).status_code == 404, part
    assert Attestation.objects.count() == 1


def test_a_stranger_without_account_is_asked_to_sign_in(made: Attestation, client: Client) -> None:
    for name, args in (
        ("my_attestations", []),
        ("my_attestation", [made.number]),
        ("my_attestation_pdf", [made.number]),
    ):
        assert client.get(reverse(f"credits:{name}", args=args)).status_code == 302


def test_the_paper_says_what_the_row_says(cast: Cast, made: Attestation, signed_in: SignedIn, settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://study.example.cn"
    address = reverse("credits:my_attestation_pdf", args=[made.number])

    answer = signed_in(cast.learner).get(address)

    text = text_of(answer.content)
    for words in ("学时证明", f"编号：{made.shown_number}", cast.learner.name, "2026年11月20日", "1.00", "壹学时"):
        assert words in text, words
    assert "study.example.cn/verify/" in text and "盖章" in text and "样张" not in text
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    assert answer.content == signed_in(cast.learner).get(address).content
    settings.PAPER_SPECIMEN = True
    assert "样张" in text_of(signed_in(cast.learner).get(address).content)


@pytest.mark.parametrize(
    "name",
    [
        "𠮷田堃",
        "长" * 80,
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("王㐱䶮", "A\u202eB\x07<b>", "=1+1", "阿卜杜热合曼·买买提")
        ),
    ],
)
def test_every_name_is_printed_and_shown(cast: Cast, made: Attestation, signed_in: SignedIn, name: str) -> None:
    Person.objects.filter(pk=cast.learner.pk).update(name=name)

    pdf = signed_in(cast.learner).get(reverse("credits:my_attestation_pdf", args=[made.number]))
    page = Client().get(public_page(made.number))

    assert pdf.status_code == page.status_code == 200
    if "𠮷" in name:
        assert "〓田堃" in text_of(pdf.content) and "U+20BB7" in text_of(pdf.content)
    if len(name) > 2:
        assert name not in page.content.decode()


def test_a_revoked_or_superseded_one_is_not_printed(cast: Cast, made: Attestation, signed_in: SignedIn) -> None:
    revoke(made, reason="错", by=cast.officer, at=AT)

    answer = signed_in(cast.learner).get(reverse("credits:my_attestation_pdf", args=[made.number]))

    assert answer.status_code == 409 and "不能再打印" in answer.content.decode()


def test_prints_are_rationed(made: Attestation, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PRINTS_AN_HOUR", 1)
    address = reverse("credits:my_attestation_pdf", args=[made.number])
    client = signed_in(made.person)

    assert [client.get(address).status_code for _try in range(3)] == [200, 429, 429]


def test_everybody_sees_masked_data_by_number(cast: Cast, made: Attestation, client: Client) -> None:
    page = client.get(public_page(made.number))

    html = page.content.decode()
    assert page.status_code == 200 and page.context["verdict"].is_valid
    assert "李＊英" in html and cast.learner.name not in html and cast.learner.login_code not in html
    assert "noindex" in page["X-Robots-Tag"] and 'name="robots"' in html and "no-store" in page["Cache-Control"]
    assert len(page.content) < 12_000


def test_a_course_certificate_of_a_farmer_is_shown(cast: Cast, client: Client) -> None:
    completion = complete_course(cast.farmer, teach(600))
    made = attest_course(completion, by=cast.farmer, at=AT)

    html = client.get(public_page(made.number)).content.decode()

    assert completion.outline_version.title in html and cast.farmer.name not in html


def test_numbers_are_read_as_people_type_them(made: Attestation, client: Client) -> None:
    typed = f"　{made.shown_number.lower()} "
    wide = "".join(chr(ord(character) + 0xFEE0) for character in made.number)

    assert read_number(typed) == read_number(wide) == made.number
    answer = client.get(reverse("verify:number"), {"number": typed})
    assert answer["Location"] == public_page(made.number)
    assert client.get(public_page(made.shown_number))["Location"] == public_page(made.number)


@pytest.mark.parametrize("number", ["1", "ABC", "\x00", "A" * 5000, "../../etc", "%00", "㐱䶮", "<script>", "=1+1"])
def test_no_number_breaks_the_page(client: Client, number: str) -> None:
    answer = client.get(reverse("verify:number"), {"number": number})
    assert answer.status_code == 422 and "<script>alert" not in answer.content.decode()
    assert client.get(f"/verify/{number.replace('/', '-').replace(chr(0), '').replace('%00', '')}x/").status_code == 404
    assert not Tally.objects.exists()


def test_guessing_ends_after_a_few_misses(
    made: Attestation, client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "MISSES_AN_HOUR", 3)
    answers = [client.get(public_page(public_code(12))).status_code for _guess in range(5)]

    assert answers == [404, 404, 404, 429, 429]
    assert client.get(public_page(made.number)).status_code == 429
    assert client.get(public_page(made.number), REMOTE_ADDR="192.0.2.7").status_code == 200
    assert "192.0.2.7" not in str(list(Tally.objects.values()))
    clock.move(hours=1)
    assert client.get(public_page(made.number)).status_code == 200


def test_ten_thousand_guesses_find_nothing(made: Attestation) -> None:
    """Numbers are random over 2.5 · 10¹⁶, so none of ten thousand is another's."""
    guesses = {public_code(12) for _guess in range(10_000)}

    assert len(guesses) == 10_000
    assert not Attestation.objects.filter(number__in=list(guesses)[:900]).exists()


def test_the_public_page_costs_the_same_for_a_long_record(cast: Cast, made: Attestation, client: Client) -> None:
    with CaptureQueriesContext(connection) as few:
        client.get(public_page(made.number))
    for _number in range(4):
        earn(cast.learner)
    newer = attest_hours(cast.learner, YEAR, by=cast.learner, at=datetime.now(tz=AT.tzinfo))
    with CaptureQueriesContext(connection) as many:
        client.get(public_page(newer.number))

    assert len(few) == len(many) <= 12


@pytest.mark.parametrize(
    ("name", "shown"), [("", "＊"), ("王", "王＊"), ("王明", "王＊"), ("王小明", "王＊明"), ("欧阳小明", "欧＊＊明")]
)
def test_names_are_half_masked(name: str, shown: str) -> None:
    assert half_masked(name) == shown


def test_the_copy_of_my_data_holds_my_papers(cast: Cast, made: Attestation, signed_in: SignedIn) -> None:
    completion = complete_course(cast.learner, teach(600))
    course = attest_course(completion, by=cast.officer, at=AT)
    revoke(made, reason="姓名有误", by=cast.officer, at=AT)

    mine = signed_in(cast.learner).get(reverse("people:own_copy")).json()["certificates"]
    others = signed_in(cast.farmer).get(reverse("people:own_copy")).json()["certificates"]

    assert {one["number"]: (one["worth"], one["issued_by"], one["why_revoked"]) for one in mine} == {
        made.number: ("revoked", None, "姓名有误"),
        course.number: ("valid", cast.orgs.organization_department.name, None),
    }
    assert others == []
