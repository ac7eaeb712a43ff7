"""The pages of group viewing: a helper's from choosing to closing, a villager's from scanning to objecting."""

import json
import re
from base64 import b64decode
from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from wagtail.search import index

from lms.learning.domain import codes, screening, viewing
from lms.learning.domain.objecting import object_to
from lms.learning.models import GroupObjection, GroupTick, GroupViewing, LessonCompletion
from tests.factories import learning as make
from tests.factories.people import PersonFactory
from tests.learning.halls import Hall

pytestmark = pytest.mark.django_db

HELPERS_PAGES = ("screening", "screening_codes", "screening_people", "screening_picture")


@pytest.fixture
def hall(cast, clock) -> Hall:
    return Hall(cast, clock)


@pytest.fixture
def helper(hall, cast, at_desk):
    return at_desk(cast.helper)


def test_a_helper_chooses_opens_starts_and_closes(hall, helper, signed_in):
    lesson, person = make.lesson(), hall.villager()
    assert lesson.title in helper.get(reverse("learning:screenings")).content.decode()

    answer = helper.post(reverse("learning:screenings"), {"lesson": lesson.pk})
    shown = GroupViewing.objects.get()
    assert answer.url == reverse("learning:screening", args=[shown.code])
    assert "开门" in helper.get(answer.url).content.decode()
    helper.post(reverse("learning:open_doors", args=[shown.code]))
    assert "data-qr-path" in helper.get(answer.url).content.decode()
    hall.scan(shown, person)
    helper.post(reverse("learning:start_screening", args=[shown.code]))
    hall.clock.move(minutes=10)
    assert "放完了" in helper.get(answer.url).content.decode()
    helper.post(reverse("learning:close_screening", args=[shown.code]))

    assert "1 人" in helper.get(answer.url).content.decode()
    assert LessonCompletion.objects.filter(person=person).exists()


def test_closing_needs_no_fresh_second_factor_but_ticking_does(hall, signed_in, cast):
    shown = hall.running()
    client = signed_in(cast.helper)
    hall.clock.move(minutes=40)

    client.post(reverse("learning:close_screening", args=[shown.code]))
    people = client.get(reverse("learning:screening_people", args=[shown.code]))

    shown.refresh_from_db()
    assert shown.closed_at
    assert people.url.startswith(reverse("staff:sign_in"))


def statuses(client, shown) -> set[int]:
    return {client.get(reverse(f"learning:{page}", args=[shown.code])).status_code for page in HELPERS_PAGES}


def test_nobody_else_sees_a_helpers_screening(hall, cast, at_desk, signed_in):
    shown = hall.running()

    for who in (cast.farmer, cast.learner, cast.stranger):
        answers = {
            signed_in(who).get(reverse(f"learning:{page}", args=[shown.code])).status_code for page in HELPERS_PAGES
        }
        assert answers <= {302, 404}
    for who in (cast.officer, cast.agriculture_officer):
        answers = {
            at_desk(who).get(reverse(f"learning:{page}", args=[shown.code])).status_code for page in HELPERS_PAGES
        }
        assert answers <= {403, 404}


def test_the_picture_for_the_television_holds_no_code(hall, helper):
    shown = hall.running()

    page = helper.get(reverse("learning:screening_picture", args=[shown.code])).content.decode()

    assert "<video" in page
    assert shown.code not in page
    assert shown.secret not in page


def test_the_phone_is_given_the_codes_of_the_rest_and_never_the_secret(hall, helper):
    shown = hall.running()
    hall.clock.move(seconds=45)

    answer = helper.get(reverse("learning:screening_codes", args=[shown.code]))
    made = answer.json()

    assert (made["first"], made["since_doors_ms"], made["every_ms"]) == (2, 45_000, 20_000)
    # To the end of ten minutes.
    assert len(made["codes"]) == 29
    assert shown.secret not in answer.content.decode()


def test_packed_squares_are_those_of_the_code():
    matrix = codes.matrix_of("https://example.org/learn/s/abc/1/0123456789abcdef/")

    bits = "".join(f"{byte:08b}" for byte in b64decode(codes.packed(matrix)))

    assert bits[: len(matrix) ** 2] == "".join("1" if dark else "0" for row in matrix for dark in row)
    assert codes.path_of([[True, True, False], [False, False, True], [False] * 3]) == "M0 0h2v1h-2zM2 1h1v1h-1z"


def test_all_codes_are_given_of_one_that_is_prepared_and_none_of_one_that_is_over(hall, helper):
    shown = hall.prepare()
    address = reverse("learning:screening_codes", args=[shown.code])

    made = helper.get(address).json()
    viewing.hand_in(shown, seconds=60, at=hall.clock.move(minutes=2))

    # An hour to gather, and ten minutes of film.
    assert (made["first"], made["since_doors_ms"], len(made["codes"])) == (0, 0, 212)
    assert helper.get(address).status_code == 409


def test_a_villager_scans_a_phone_that_has_no_network(hall, signed_in):
    shown, person = hall.prepare(), hall.villager()
    hall.clock.move(minutes=30)
    page = signed_in(person)

    page.get(reverse("learning:scan", args=[shown.code, 3, screening.code_of(shown.secret, 3)]))
    shown.refresh_from_db()
    assert shown.doors_at is None, "nothing is written by looking"
    page.post(reverse("learning:attend"))

    shown.refresh_from_db()
    assert (shown.is_offline, shown.doors_at) == (True, hall.clock.now - timedelta(minutes=1))
    assert GroupTick.objects.get().person == person


def test_names_written_down_while_the_network_was_gone_are_ticked_at_a_film_that_runs(hall, helper):
    shown, person = hall.running(), hall.villager(name="刘桂兰")

    answer = hand_in(helper, shown, None, ("刘桂兰", 0), ("没有这人", 0)).json()

    assert (answer["ticked"], answer["unclear"]) == (1, ["没有这人"])
    shown.refresh_from_db()
    assert (shown.closed_at, shown.is_offline) == (None, False)
    assert GroupTick.objects.get().person == person


def scan_address(hall, shown) -> str:
    shown.refresh_from_db()
    code = hall.code(shown)
    return reverse("learning:scan", args=[shown.code, code["step"], code["code"]])


def test_a_villager_scans_confirms_and_is_down_as_present(hall, signed_in):
    shown, person = hall.running(), hall.villager(name="王小明")
    phone = signed_in(person)

    page = phone.get(scan_address(hall, shown), follow=True).content.decode()
    assert "王小明" in page
    assert not GroupTick.objects.exists()
    done = phone.post(reverse("learning:attend")).content.decode()

    assert "data-ticked" in done
    assert GroupTick.objects.get().person == person


def test_signing_in_takes_longer_than_a_code_lives_and_is_no_loss(hall, client, cast):
    shown, person = hall.open(), hall.villager()

    answer = client.get(scan_address(hall, shown))
    assert answer.url.startswith(reverse("people:sign_in"))
    hall.clock.move(minutes=4)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("learning:attend"))

    assert GroupTick.objects.get().person == person


def test_what_was_scanned_is_not_remembered_for_long(hall, signed_in):
    shown, phone = hall.running(), signed_in(hall.villager())
    phone.get(scan_address(hall, shown))
    hall.clock.move(minutes=10, seconds=1)

    assert "data-ticked" not in phone.post(reverse("learning:attend")).content.decode()
    assert not GroupTick.objects.exists()


def test_a_code_that_is_not_shown_any_more_says_what_to_do(hall, signed_in):
    shown, phone = hall.running(), signed_in(hall.villager())
    photo = scan_address(hall, shown)
    hall.clock.move(seconds=90)

    page = phone.get(photo).content.decode()

    assert "20 秒" in page
    assert "group_scan" not in phone.session


def test_somebody_of_elsewhere_reads_why_she_is_not_counted(hall, signed_in, cast):
    shown = hall.running()
    phone = signed_in(PersonFactory(village=cast.places.neighbour_village))
    phone.get(scan_address(hall, shown))

    answer = phone.post(reverse("learning:attend"))

    assert answer.status_code == 422
    assert "柳树村" in answer.content.decode()


def test_scanning_over_and_over_is_too_often(hall, signed_in):
    shown, phone = hall.running(), signed_in(hall.villager())
    phone.get(scan_address(hall, shown))

    answers = [phone.post(reverse("learning:attend")).status_code for _number in range(61)]

    assert (answers[0], answers[-1]) == (200, 422)


def test_a_helper_finds_by_name_and_ticks_and_sees_masks_alone(hall, helper):
    shown, person = hall.running(), hall.villager(name="刘桂兰", phone="13800000001")
    address = reverse("learning:screening_people", args=[shown.code])

    found = helper.post(address, {"sought": "刘桂兰"}).content.decode()
    helper.post(address, {"person": person.pk, "since": "start"})

    assert "刘＊＊" in found
    assert "138****0001" in found
    assert not re.search("刘桂兰</dd>|13800000001", found)
    assert GroupTick.objects.get().person == person


def test_a_helper_cannot_tick_by_number_who_is_not_hers(hall, helper, cast):
    shown = hall.running()

    answer = helper.post(
        reverse("learning:screening_people", args=[shown.code]), {"person": cast.neighbour_learner.pk, "since": "start"}
    )

    assert answer.status_code == 404


def hand_in(client, shown, seconds, *names, **more):
    body = {"seconds": seconds, "names": [list(each) for each in names], **more}
    return client.post(
        reverse("learning:hand_in_screening", args=[shown.code]), json.dumps(body), content_type="application/json"
    )


def test_a_phone_hands_in_what_it_kept_and_hears_which_names_are_unclear(hall, at_desk, cast):
    shown, person = hall.prepare(), hall.villager(name="刘桂兰")
    for _number in range(2):
        hall.villager(name="王芳")
    hall.clock.move(hours=3)
    helper = at_desk(cast.helper)

    answer = hand_in(helper, shown, 600, ("刘桂兰", 0), ("王芳", 0), ("没有这人", 30))
    again = hand_in(helper, shown, 600, ("刘桂兰", 0), ("王芳", 0))

    assert answer.json() == {"seconds": 600, "ticked": 1, "unclear": ["王芳", "没有这人"], "refused": []}
    assert again.json()["ticked"] == 1
    assert GroupTick.objects.get().person == person


def test_names_written_down_without_network_stop_at_the_cap(hall, at_desk, cast, settings):
    settings.SCREENING_NAMED_MOST = 1
    shown = hall.prepare()
    names = [(hall.villager(name=name).name, 0) for name in ("刘一", "刘二")]
    hall.clock.move(hours=1)

    refused = hand_in(at_desk(cast.helper), shown, 600, *names).json()["refused"]

    assert [each["name"] for each in refused] == ["刘二"]


@pytest.mark.parametrize(
    "body",
    [
        {"seconds": -1},
        {"seconds": 10**9},
        {"seconds": "600"},
        {"seconds": 6, "names": "刘"},
        {"seconds": 6, "names": [[1, 2]]},
        {"seconds": 6, "names": [["刘", -1]]},
        {"seconds": 6, "names": [["刘", 0]] * 121},
    ],
)
def test_what_cannot_be_read_changes_nothing(hall, helper, body):
    shown = hall.prepare()

    answer = helper.post(
        reverse("learning:hand_in_screening", args=[shown.code]),
        json.dumps({"names": [], **body}),
        content_type="application/json",
    )

    assert answer.status_code == 400
    shown.refresh_from_db()
    assert shown.closed_at is None


def test_handing_in_waits_until_a_second_factor_is_fresh(hall, helper, at_desk, cast):
    shown = hall.prepare()
    hall.clock.move(hours=3)

    assert hand_in(helper, shown, 600).json()["error"] == "second_factor"
    assert hand_in(at_desk(cast.helper), shown, 600).json()["seconds"] == 600


def test_handing_in_needs_the_gate_of_staff_pages(hall, signed_in, cast):
    shown = hall.prepare()

    answer = hand_in(signed_in(cast.helper), shown, 600)

    assert answer.status_code == 403


def test_a_villager_objects_on_her_own_page_and_nobody_else_can(hall, signed_in, cast):
    shown, person = hall.running(), hall.villager()
    made = hall.scan(shown, person)
    hall.close(shown, minutes=10)
    address = reverse("learning:object_to_tick", args=[made.pk])

    assert signed_in(cast.farmer).post(address).status_code == 404
    assert "10:00" in signed_in(person).get(reverse("learning:my_screenings")).content.decode()
    page = signed_in(person).post(address, follow=True).content.decode()

    assert "您说过没去" in page
    assert GroupObjection.objects.get().tick == made


def test_she_takes_her_objection_back_on_the_same_page(hall, signed_in, cast):
    shown, person = hall.running(), hall.villager()
    made = hall.scan(shown, person)
    hall.close(shown, minutes=10)
    hers, address = signed_in(person), reverse("learning:withdraw_objection", args=[made.pk])
    assert hers.post(address).status_code == 404, "she has not objected"
    hers.post(reverse("learning:object_to_tick", args=[made.pk]))

    assert signed_in(cast.farmer).post(address).status_code == 404
    page = hers.post(address, follow=True).content.decode()

    assert "10:00" in page
    assert reverse("learning:object_to_tick", args=[made.pk]) not in page


def test_my_learning_leads_to_my_group_viewings_once_there_is_one(hall, signed_in):
    person = hall.villager()
    client, link = signed_in(person), reverse("learning:my_screenings")
    assert link not in client.get(reverse("learning:mine")).content.decode()
    hall.scan(hall.running(), person)

    assert link in client.get(reverse("learning:mine")).content.decode()


def test_a_helper_sees_how_many_objected(hall, helper):
    shown, person = hall.running(), hall.villager()
    made = hall.scan(shown, person)
    hall.close(shown, minutes=10)
    object_to(made, by=person, at=hall.clock.now)

    page = helper.get(reverse("learning:screening", args=[shown.code])).content.decode()

    assert "1 人说没去" in page


def test_who_came_for_the_second_half_counts_from_half_of_what_was_shown(hall, helper):
    shown, person = hall.running(), hall.villager()
    hall.close(shown, seconds=400)

    helper.post(reverse("learning:screening_people", args=[shown.code]), {"person": person.pk, "since": "half"})

    assert GroupTick.objects.get().from_second == 200


def test_the_page_of_a_lesson_leads_a_helper_to_showing_it_and_nobody_else(
    hall, helper, signed_in, cast, django_assert_num_queries
):
    lesson = make.lesson()
    link = f"{reverse('learning:screenings')}?q="

    assert link in helper.get(lesson.get_url()).content.decode()
    assert link not in signed_in(cast.officer).get(lesson.get_url()).content.decode()
    assert link not in signed_in(cast.farmer).get(lesson.get_url()).content.decode()
    page = Template("{% load playing_tags %}{% may_screen lesson as may %}{{ may }}")
    for person, queries, said in ((cast.helper, 1, "True"), (cast.officer, 1, "False"), (cast.farmer, 0, "False")):
        request = RequestFactory().get("/")
        request.user = person
        with django_assert_num_queries(queries):
            assert page.render(Context({"request": request, "lesson": lesson})) == said


def test_the_link_of_a_lesson_finds_it(hall, helper):
    lesson, other = make.lesson(), make.lesson()
    index.insert_or_update_object(lesson)  # as the worker does

    page = helper.get(reverse("learning:screenings"), {"q": lesson.title[:40]}).content.decode()

    assert f'value="{lesson.pk}"' in page
    assert (f'value="{other.pk}"' in page) == (other.title == lesson.title)
