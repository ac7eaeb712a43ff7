"""字幕有误: told by learners with and without an account, limited, worked off at the desk, answered, forgotten."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lms.people.models import Tally
from media.domain.captioning import (
    CannotReport,
    TooManyReports,
    approve,
    forget_reports,
    import_captions,
    report_captions,
    settle_report,
)
from media.domain.playing import sign
from media.enums import ReportOutcome
from media.models import CaptionReport
from tests.factories.learning import live_course, live_lesson, published, ready_video

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
VTT = "WEBVTT\n\n00:00.500 --> 00:02.000\n今天说打包四步。\n\n00:02.400 --> 00:03.600\n第一步，挑。\n"
MAY_SETTLE = {"trainer", "first_reviewer", "second_reviewer", "final_reviewer"}


@pytest.fixture
def video(cast):
    return ready_video(cast.orgs.provider, code="TEST00000001")


@pytest.fixture
def track(video, cast):
    return approve(import_captions(video, VTT, language="zh", by=cast.trainer, at=AT), by=cast.first_reviewer, at=AT)


@pytest.fixture
def address(video, track):
    _language, _label, captions = sign(video, at=datetime.now(UTC)).captions[0]
    return captions.replace(".vtt", "/report")


def tell(track, **changes):
    given = {"at_ms": 1500, "words": "字错了", "by": None, "address": "192.0.2.7", "at": AT}
    return report_captions(track, **given | changes)


def test_report_keeps_the_moment_the_words_and_nothing_of_the_address(track):
    report = tell(track, words=" 字\n错了 " + "长" * 400)

    assert (report.at_ms, report.words[:4], len(report.words)) == (1500, "字 错了", 300)
    assert (report.reported_by, report.outcome, report.transcript) == (None, ReportOutcome.OPEN, track.transcript)
    assert "192.0.2.7" not in str(list(CaptionReport.objects.values())) + str(list(Tally.objects.values()))


def test_the_same_report_of_a_person_is_kept_once(track, cast):
    first = tell(track, by=cast.learner)

    assert tell(track, by=cast.learner) == first
    assert tell(track, by=cast.farmer) != first


def test_reports_are_limited_by_person_and_by_address(track, cast, settings):
    settings.CAPTIONS_REPORTS_PER_HOUR = 2
    for at_ms in (1, 2):
        tell(track, at_ms=at_ms)
        tell(track, at_ms=at_ms, by=cast.learner)

    for who in ({}, {"by": cast.learner}):
        with pytest.raises(TooManyReports):
            tell(track, at_ms=3, **who)
    assert tell(track, at_ms=3, by=cast.farmer)
    assert tell(track, at_ms=3, address="192.0.2.8")
    assert tell(track, at_ms=3, at=AT + timedelta(hours=1))


@pytest.mark.parametrize("at_ms", [-1, 600_001])
def test_a_moment_outside_the_recording_is_refused(track, at_ms):
    with pytest.raises(CannotReport):
        tell(track, at_ms=at_ms)


def test_settling_twice_keeps_the_first_answer(track, cast):
    report = tell(track)

    settle_report(report, outcome=ReportOutcome.CORRECTED, reply="改好了", by=cast.trainer, at=AT)
    settle_report(report, outcome=ReportOutcome.NO_ERROR, reply="没错", by=cast.first_reviewer, at=AT)

    assert (report.outcome, report.reply, report.settled_by) == ("corrected", "改好了", cast.trainer)


def test_settled_reports_are_forgotten_after_half_a_year_and_open_ones_stay(track, cast, capsys):
    open_one, old, young = tell(track, at_ms=1), tell(track, at_ms=2), tell(track, at_ms=3)
    later = AT + timedelta(days=181)
    settle_report(old, outcome=ReportOutcome.NO_ERROR, reply="", by=cast.trainer, at=AT)
    settle_report(young, outcome=ReportOutcome.NO_ERROR, reply="", by=cast.trainer, at=AT + timedelta(days=2))

    assert forget_reports(at=later, dry_run=True) == 1
    assert forget_reports(at=later) == 1
    assert list(CaptionReport.objects.all()) == [open_one, young]
    call_command("forget_caption_reports", "--dry-run")
    assert capsys.readouterr().out == "0 settled reports would be deleted\n"


def test_anybody_who_may_watch_reports_with_and_without_script(address, track, cast, signed_in):
    plain = Client().post(address, {"moment": "0:01.5", "words": "错了", "next": "/lesson/"})
    script = signed_in(cast.learner).post(
        address, {"moment": "0:02", "words": ""}, headers={"accept": "application/json"}
    )

    assert (plain.status_code, plain["Location"]) == (302, "/lesson/")
    assert (script.status_code, list(script.json())) == (200, ["message"])
    assert list(CaptionReport.objects.values_list("at_ms", "words", "reported_by")) == [
        (1500, "错了", None),
        (2000, "", cast.learner.pk),
    ]


def test_reports_need_the_token_of_the_form_and_a_good_address(address, track):
    assert Client(enforce_csrf_checks=True).post(address, {"moment": "0:01"}).status_code == 403
    json = {"accept": "application/json"}
    assert Client().get(address).status_code == 405
    assert Client().post(address, {"moment": "soon"}, headers=json).status_code == 422
    assert Client().post(address.replace("/zh/", "/en/"), {"moment": "0:01"}, headers=json).status_code == 403
    forged = address.replace("/v/TEST", "/v/TESU")
    assert Client().post(forged, {"moment": "0:01"}, headers=json).status_code == 403
    away = Client().post(address, {"moment": "0:01", "next": "https://elsewhere.example/"})
    assert away["Location"] == "/"


def test_too_many_reports_are_answered_as_such(address, track, settings):
    settings.CAPTIONS_REPORTS_PER_HOUR = 0

    answer = Client().post(address, {"moment": "0:01"}, headers={"accept": "application/json"})

    assert answer.status_code == 429


def test_only_trainers_and_reviewers_of_the_organisation_see_and_settle(track, cast, at_desk):
    report = tell(track)
    found = {}
    for part, person in cast.everybody.items():
        client = at_desk(person)
        seen = client.get("/admin/caption-reports/")
        listed = seen.status_code == 200 and "字错了" in seen.content.decode()
        found[part] = (listed, client.post(f"/admin/caption-reports/{report.pk}/", {"outcome": "x"}).status_code)

    assert {part for part, (listed, status) in found.items() if listed and status == 302} == MAY_SETTLE
    assert not any(listed for part, (listed, _status) in found.items() if part not in MAY_SETTLE)
    assert found["neighbour_trainer"][1] == 404
    report.refresh_from_db()
    assert report.outcome == ReportOutcome.OPEN


def test_desk_lists_the_line_leads_to_the_moment_and_answers(track, cast, at_desk):
    report = tell(track, at_ms=2700, words="<b>应该是摘</b>")
    trainer = at_desk(cast.trainer)

    html = trainer.get("/admin/caption-reports/").content.decode()
    assert "第一步，挑。" in html and "at=2700" in html and "&lt;b&gt;应该是摘" in html
    assert "/admin/caption-reports/" in trainer.get("/admin/").content.decode()
    assert "报错" in trainer.get("/admin/recordings/").content.decode()

    trainer.post(f"/admin/caption-reports/{report.pk}/", {"outcome": "no_error", "reply": "是挑"})

    assert "第一步，挑。" not in trainer.get("/admin/caption-reports/").content.decode()
    assert "是挑" in trainer.get("/admin/caption-reports/?settled").content.decode()
    assert "报错" not in trainer.get("/admin/recordings/").content.decode()


def test_lists_ask_as_often_for_three_recordings_as_for_one(track, cast, at_desk):
    trainer = at_desk(cast.trainer)
    tell(track)
    trainer.get("/admin/recordings/?part=rows")

    def count():
        with CaptureQueriesContext(connection) as queries:
            trainer.get("/admin/recordings/?part=rows")
        return len(queries)

    one = count()
    for _number in range(2):
        other = ready_video(cast.orgs.provider)
        draft = import_captions(other, VTT, language="zh", by=cast.trainer, at=AT)
        tell(approve(draft, by=cast.first_reviewer, at=AT))

    assert count() == one


def test_lesson_offers_it_and_tells_the_outcome_to_who_reported(track, video, cast, signed_in):
    lesson = published(live_lesson(live_course(cast.orgs.provider), video=video))
    client = signed_in(cast.learner)
    html = client.get(lesson.get_url()).content.decode()
    address = re.search(r'action="(/files/v/[^"]+/captions/zh/report)"', html)[1]
    client.post(address, {"moment": "0:01", "words": "错字"})
    settle_report(CaptionReport.objects.get(), outcome=ReportOutcome.CORRECTED, reply="多谢", by=cast.trainer, at=AT)

    html = client.get(lesson.get_url()).content.decode()
    assert "错字" in html and "已经改好了" in html and "多谢" in html
    assert "错字" not in signed_in(cast.farmer).get(lesson.get_url()).content.decode()
    assert "字幕有误" in Client().get(lesson.get_url()).content.decode()
