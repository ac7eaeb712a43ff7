"""The self-assessment: before and after, for the person alone."""

import pytest

from courses.domain.instruments import self_assessment
from courses.enums import Dimension
from lms.learning.domain.assessing import NotAssessed, assess, compare
from lms.learning.models import SelfAssessment
from tests.factories import learning as make
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/learn/self-assessment/"


def all_of(value: int) -> dict[str, int]:
    return dict.fromkeys(self_assessment().item_codes, value)


def test_the_instrument_has_six_dimensions_and_every_level():
    instrument = self_assessment()

    assert [part.code for part in instrument.parts] == list(Dimension)
    assert [instrument.level(percent).code for percent in (0, 39, 40, 59, 60, 79, 80, 100)] == [
        *["below_basic"] * 2,
        *["basic"] * 2,
        *["intermediate"] * 2,
        *["advanced"] * 2,
    ]


def test_the_first_is_before_and_later_ones_are_after(clock):
    person = PersonFactory()
    first = assess(person, all_of(1), at=clock.now)
    latest = assess(person, {**all_of(3), "device-1": 4}, at=clock.move(days=20))

    rows = compare(first, latest)

    assert (first.phase, latest.phase) == ("pre_test", "post_test")
    assert [(row.before.percent, row.after.percent) for row in rows] == [(25, 83), *[(25, 75)] * 5, (25, 76)]
    assert (rows[0].before.level.code, rows[0].after.level.code) == ("below_basic", "advanced")


def test_given_again_on_one_day_it_is_put_right(clock):
    person = PersonFactory()
    assess(person, all_of(1), at=clock.now)
    assess(person, all_of(2), at=clock.move(hours=1))

    (kept,) = SelfAssessment.objects.all()
    assert (kept.phase, set(kept.percents.values())) == ("pre_test", {50})


@pytest.mark.parametrize("change", [{"device-1": 5}, {"device-1": -1}, {"device-1": None}, {"another": 1}])
def test_what_is_not_on_the_scale_leaves_nothing(clock, change):
    answers = {**all_of(1), **change}
    if change.get("device-1", 0) is None:
        answers.pop("device-1")

    with pytest.raises(NotAssessed):
        assess(PersonFactory(), answers, at=clock.now)

    assert not SelfAssessment.objects.exists()


def test_the_page_asks_then_shows_bars_and_a_table(clock):
    client = make.signed_in(PersonFactory())
    asked = client.get(f"{ADDRESS}result/", follow=True).content.decode()
    assert asked.count("<legend>") == 3 and asked.count('type="radio"') == 15

    before = client.post(ADDRESS, {**all_of(1), "number": 6}, follow=True).content.decode()
    clock.move(days=3)
    after = client.post(ADDRESS, {**all_of(4), "number": 6}, follow=True).content.decode()

    assert before.count("bar-after") == 0 and before.count('width="25"') == 7
    assert after.count('width="25"') == 7 and after.count('class="bar-after" y="9" width="100"') == 7
    assert after.count('scope="row"') == 7


def answers_on(page) -> dict[str, str]:
    """What a browser would send again: everything hidden in the page, and each first radio button."""
    form = page.context["form"]
    carried = {field.name: str(field.value()) for field in form.hidden_fields() if field.value() is not None}
    return {**carried, **{field.name: "3" for field in form.asked()}, "number": str(form.number)}


def test_six_pages_carry_the_answers_and_the_way_back_keeps_them(clock):
    client = make.signed_in(PersonFactory())
    page = client.get(ADDRESS)
    for number in range(1, 6):
        assert page.context["form"].number == number
        page = client.post(ADDRESS, answers_on(page))
    back = client.post(ADDRESS, {**answers_on(page), "back": "1"})
    assert (back.status_code, back.context["form"].number) == (200, 5)
    assert back.content.decode().count("checked") == 3
    assert not SelfAssessment.objects.exists()

    page = client.post(ADDRESS, answers_on(back))
    done = client.post(ADDRESS, answers_on(page))

    assert done.status_code == 302
    assert set(SelfAssessment.objects.get().percents.values()) == {75}


@pytest.mark.parametrize(
    ("number", "missing", "shown"), [("6", "security-2", None), ("6", "device-1", 1), ("x", "device-1", 1)]
)
def test_an_unanswered_sentence_is_marked_on_its_page(clock, number, missing, shown):
    client = make.signed_in(PersonFactory())
    answers = all_of(2)
    answers.pop(missing)

    page = client.post(ADDRESS, {**answers, "number": number})

    form = page.context["form"]
    assert page.status_code == 422
    assert list(form.errors) == [missing]
    assert missing in [field.name for field in form.asked()]
    assert form.number == (shown or form.number)


@pytest.mark.parametrize("wrong", ["9", "", "<b>", "-1"])
def test_a_carried_answer_that_was_changed_is_asked_again(clock, wrong):
    client = make.signed_in(PersonFactory())

    page = client.post(ADDRESS, {**all_of(2), "device-1": wrong, "number": "6"})

    assert (page.status_code, page.context["form"].number) == (422, 1)
    assert not SelfAssessment.objects.exists()


def test_nobody_sees_what_another_said(clock):
    assess(PersonFactory(), all_of(4), at=clock.now)

    page = make.signed_in(PersonFactory()).get(f"{ADDRESS}result/")

    assert page.status_code == 302
