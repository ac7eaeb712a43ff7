"""Questions come into the bank when a person confirms, once, and only into her organisation's."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from courses.domain.importing import confirm_import, read_import
from courses.models import Question, QuestionImport, QuestionSet
from tests.cast import Cast
from tests.factories.learning import quiz_of

pytestmark = pytest.mark.django_db

Desk = Callable[[Any], Client]
TEXT = "给不给？ {=不给 ~给}\n\n哪些？ {~%50%甲 ~%50%乙 ~丙}\n\n坏的 {=甲 =乙 ~丙}\n\n给不给 {=不给 ~给}\n"
ADDRESS = "/admin/quizzes/import/"


def sent(into: QuestionSet | None = None, org: Any = None, text: str = TEXT) -> dict[str, Any]:
    data: dict[str, Any] = {"file": ContentFile(text.encode(), "题库.txt"), "title": "新的一套"}
    return data | ({"into": into.pk} if into else {"org": org.pk})


def test_nothing_is_imported_before_it_is_confirmed_and_then_once(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.trainer)

    preview = desk.post(ADDRESS, sent(org=cast.orgs.provider), follow=True)
    assert not Question.objects.exists()
    address = preview.redirect_chain[-1][0]
    first = desk.post(address)
    again = desk.post(address)

    quiz = QuestionSet.objects.get()
    assert [row["state"] for row in preview.context["rows"]] == ["good", "good", "bad", "repeated"]
    assert preview.context["rows"][2]["excerpt"].startswith("坏的")
    assert (quiz.title, quiz.org) == ("新的一套", cast.orgs.provider)
    assert [(question.kind, question.asked.defect()) for question in quiz.questions.all()] == [
        ("single", ""),
        ("multiple", ""),
    ]
    assert first.url == again.url == reverse("courses_quizzes:edit", args=[quiz.pk])


def test_what_the_quiz_has_already_is_left_out_and_new_ones_stand_at_its_end(cast: Cast, at_desk: Desk) -> None:
    quiz = quiz_of(cast.orgs.provider, questions=2)
    desk = at_desk(cast.trainer)
    for _time in range(2):
        page = desk.post(ADDRESS, sent(into=quiz), follow=True)
        desk.post(page.redirect_chain[-1][0])

    assert [question.text for question in quiz.questions.all()] == ["问题0", "问题1", "给不给？", "哪些？"]


def test_what_another_quiz_has_is_told_and_imported(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.trainer)
    desk.post(desk.post(ADDRESS, sent(org=cast.orgs.provider), follow=True).redirect_chain[-1][0])
    other = quiz_of(cast.orgs.provider, questions=1)

    rows = desk.post(ADDRESS, sent(into=other), follow=True).context["rows"]

    assert [row["state"] for row in rows] == ["good", "good", "bad", "repeated"]
    assert rows[0]["also_in"] == "新的一套"


def test_importing_with_the_whole_cast(cast: Cast, at_desk: Desk) -> None:
    read = QuestionImport.objects.create(org=cast.orgs.provider, filename="x", rows=[], read_at=timezone.now())
    for name, person in cast.everybody.items():
        desk = at_desk(person)
        may = name in {"trainer", "neighbour_trainer"}
        assert (desk.get(ADDRESS).status_code == 200) == may, name
        assert (desk.get(f"{ADDRESS}template.xlsx").status_code == 200) == may, name
        assert (desk.get(f"{ADDRESS}{read.pk}/").status_code == 200) == (name == "trainer"), name


def test_a_neighbours_trainer_imports_nothing_into_our_quiz(cast: Cast, at_desk: Desk) -> None:
    quiz = quiz_of(cast.orgs.provider, questions=1)
    desk = at_desk(cast.neighbour_trainer)

    into = desk.post(ADDRESS, sent(into=quiz))
    named = desk.post(ADDRESS, sent(org=cast.orgs.provider))

    assert (into.status_code, named.status_code) == (422, 422)
    assert not QuestionImport.objects.exists()


@pytest.mark.parametrize("text", ["", "\0\1\2", "<quiz>"])
def test_a_file_that_cannot_be_read_is_told_beside_the_field(cast: Cast, at_desk: Desk, text: str) -> None:
    page = at_desk(cast.trainer).post(ADDRESS, sent(org=cast.orgs.provider, text=text))

    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"file"}


def test_the_template_is_a_sheet(cast: Cast, at_desk: Desk) -> None:
    answer = at_desk(cast.trainer).get(f"{ADDRESS}template.xlsx")

    assert load_workbook(BytesIO(answer.content)).active["A1"].value == "题型"


def test_what_was_read_and_not_confirmed_goes_after_a_day(cast: Cast, clock: Any) -> None:
    fields: dict[str, Any] = {"org": cast.orgs.provider, "into": None, "title": "x", "by": cast.trainer}
    old = read_import("x.txt", TEXT.encode(), at=clock.now, **fields)
    new = read_import("x.txt", TEXT.encode(), at=clock.move(days=1, minutes=1), **fields)

    assert list(QuestionImport.objects.all()) == [new]
    assert old.pk != new.pk


@pytest.mark.parametrize("count", [1, 12])
def test_reading_and_confirming_ask_the_database_no_more_for_many_known_questions(
    cast: Cast, clock: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    quiz = quiz_of(cast.orgs.provider, questions=count)
    with django_assert_max_num_queries(25):
        read = read_import(
            "x.txt", TEXT.encode(), org=cast.orgs.provider, into=quiz, title="", by=cast.trainer, at=clock.now
        )
        confirm_import(read, by=cast.trainer, at=clock.now)


def test_the_command_imports_and_says_what_it_left_out(cast: Cast, tmp_path: Any, capsys: Any) -> None:
    file = tmp_path / "防骗.gift"
    file.write_text(TEXT)

    call_command("import_questions", str(file), org=cast.orgs.provider.code, dry_run=True)
    assert not QuestionSet.objects.exists() and not QuestionImport.objects.exists()
    call_command("import_questions", str(file), org=cast.orgs.provider.code)
    call_command("import_questions", str(file), set=QuestionSet.objects.get().pk)

    said = capsys.readouterr().out
    assert "2 of 4 questions would be imported." in said
    assert "Imported 2 of 4" in said and "Imported 0 of 4" in said
    assert QuestionSet.objects.get().title == "防骗"


def test_the_command_refuses_in_a_sentence(cast: Cast, tmp_path: Any) -> None:
    with pytest.raises(CommandError):
        call_command("import_questions", str(tmp_path / "none.gift"), org=cast.orgs.provider.code)
    with pytest.raises(CommandError):
        call_command("import_questions", str(tmp_path), set=999)
