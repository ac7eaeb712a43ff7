"""The review page: who sees it, what its form keeps, and what it says when it refuses."""

import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from media.backends.transcribe import CueDraft
from media.domain.captioning import CueText, approve, import_captions, save_draft, start_draft, write_machine_draft
from media.models import Transcript
from media.views.lines import LINES_PER_PAGE
from tests.factories.learning import ready_video

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
VTT = "WEBVTT\n\n00:00.500 --> 00:02.000\n今天说打包四步。\n\n00:02.400 --> 00:03.600\n第一步，挑。\n"
HEARD = [
    CueDraft(500, 2_000, "今天说打包四步。", 0.9),
    CueDraft(2_400, 3_600, "请不吝点赞", 0.4, ("invention",)),
]
MAY_REVIEW = {"trainer", "first_reviewer", "second_reviewer", "final_reviewer"}


@pytest.fixture
def video(cast):
    return ready_video(cast.orgs.provider, code="TEST00000001")


@pytest.fixture
def draft(video):
    return write_machine_draft(video, HEARD, engine="dummy", at=AT)


@pytest.fixture
def page(video):
    return f"/admin/recordings/{video.code}/captions/"


@pytest.fixture
def trainer(cast, at_desk):
    return at_desk(cast.trainer)


def form_of(answer):
    """The fields of the form as a browser without JavaScript would send them."""
    found = re.search(r'<form method="post" id="captions-form">(.*?)</form>', answer.content.decode(), re.S)
    assert found
    fields = {}
    for tag in re.findall(r"<input[^>]*>", found[1]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or "checked" in tag):
            fields[name[1]] = value[1] if value else "on"
    fields.update(re.findall(r'<textarea name="([^"]*)"[^>]*>(.*?)</textarea>', found[1], re.S))
    del fields["csrfmiddlewaretoken"]
    return fields


def texts(transcript):
    return list(transcript.cues.order_by("number").values_list("text", flat=True))


def test_only_trainers_and_reviewers_of_the_organisation_see_it(cast, draft, page, at_desk):
    may, found = set(), {}
    for part, person in cast.everybody.items():
        client = at_desk(person)
        statuses = {
            client.get(page).status_code,
            client.get(f"{page}zh-1.vtt").status_code,
            client.post(page, {"do": "upload", "language": "zh"}).status_code,
        }
        found[part] = statuses
        if statuses == {200, 422}:
            may.add(part)
        else:
            assert statuses <= {403, 404, 302}, part

    assert may == MAY_REVIEW
    assert found["neighbour_trainer"] == {404}
    draft.refresh_from_db()
    assert draft.revision == 1


def test_stranger_without_a_session_is_led_to_sign_in(draft, page, client):
    answer = client.get(page)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/staff/sign-in/")


def test_page_shows_lines_doubts_and_recording(trainer, draft, page):
    answer = trainer.get(page)

    html = answer.content.decode()
    assert "今天说打包四步。" in html and 'name="start-2" value="00:02.400"' in html
    assert html.count("is-doubtful") == 1
    assert "master.m3u8" in html
    assert [line.doubts != [] for line in answer.context["lines"]] == [False, True]


def test_form_saves_what_a_browser_without_script_sends(trainer, draft, page, cast):
    fields = form_of(trainer.get(page))
    fields |= {"text-1": "今天说打包五步。", "delete-2": "on", "do": "save"}
    fields |= {"start-900000": "5", "end-900000": "0：06，5", "text-900000": "新的一行"}

    answer = trainer.post(page, fields)

    assert answer.status_code == 302
    draft.refresh_from_db()
    rows = list(draft.cues.order_by("number").values_list("start_ms", "end_ms", "text", "confidence"))
    assert rows == [(500, 2000, "今天说打包五步。", None), (5000, 6500, "新的一行", None)]
    assert (draft.revision, draft.edited_by) == (2, cast.trainer)


def test_saving_unchanged_keeps_doubts_and_ticking_settles_them(trainer, draft, page):
    trainer.post(page, form_of(trainer.get(page)) | {"do": "save"})
    assert [cue.is_doubtful for cue in draft.cues.order_by("number")] == [False, True]

    trainer.post(page, form_of(trainer.get(page)) | {"do": "save", "settled-2": "on"})

    assert [(cue.is_doubtful, str(cue.confidence)) for cue in draft.cues.order_by("number")] == [
        (False, "0.900"),
        (False, "0.400"),
    ]


def test_bad_time_and_empty_words_are_named_on_their_line_and_nothing_is_lost(trainer, draft, page):
    fields = form_of(trainer.get(page)) | {"do": "save", "text-1": "改过的话", "end-2": "xx"}

    answer = trainer.post(page, fields)

    assert answer.status_code == 422
    assert [bool(line.problem) for line in answer.context["lines"]] == [False, True]
    assert "改过的话" in answer.content.decode()
    again = form_of(answer)
    assert (again["text-1"], again["end-2"], again["revision"]) == ("改过的话", "xx", "1")
    assert trainer.post(page, again | {"do": "save", "end-2": "00:03.600", "text-2": ""}).status_code == 422
    assert texts(draft) == [cue.text for cue in HEARD]


def test_approve_needs_the_tick_and_settled_doubts_then_names_the_person(trainer, draft, page, video, cast):
    fields = form_of(trainer.get(page)) | {"do": "approve"}
    trainer.post(page, fields)
    assert video.approved_track() is None

    fields = form_of(trainer.get(page)) | {"do": "approve", "read": "on"}
    trainer.post(page, fields)
    assert video.approved_track() is None

    fields = form_of(trainer.get(page)) | {"do": "approve", "read": "on", "settled-2": "on"}
    trainer.post(page, fields)

    draft.refresh_from_db()
    assert (draft.state, draft.approved_by) == ("approved", cast.trainer)
    assert "请不吝点赞" in video.approved_track().vtt
    assert trainer.get(page).context["editing"] is False


def test_stale_save_names_the_other_and_keeps_both(trainer, draft, page, video, cast):
    fields = form_of(trainer.get(page)) | {"do": "save", "text-1": "培训员的第一行"}
    save_draft(draft, [CueText(0, 1000, "审核员的")], revision=1, by=cast.first_reviewer, at=timezone.now())

    answer = trainer.post(page, fields)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert answer.context["stale"]["by"] == cast.first_reviewer
    assert cast.first_reviewer.name in html and "培训员的第一行" in html and "审核员的" in html
    assert texts(draft) == ["审核员的"]

    assert trainer.post(page, form_of(answer) | {"do": "keep"}).status_code == 302
    draft.refresh_from_db()
    newer = Transcript.objects.get(video=video, state="draft")
    assert (draft.state, texts(draft)) == ("superseded", ["审核员的"])
    assert texts(newer) == ["培训员的第一行", "请不吝点赞"]


def test_save_into_a_draft_that_a_file_replaced_is_stale(trainer, draft, page, video, cast):
    fields = form_of(trainer.get(page)) | {"do": "save", "text-1": "我的"}
    upload = import_captions(video, VTT, language="zh", by=cast.first_reviewer, at=timezone.now())

    answer = trainer.post(page, fields)

    assert (answer.status_code, answer.context["stale"]["by"]) == (409, cast.first_reviewer)
    assert texts(upload) == ["今天说打包四步。", "第一步，挑。"]


def test_save_after_approval_can_still_be_kept(trainer, page, video, cast):
    upload = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)
    fields = form_of(trainer.get(page)) | {"do": "save", "text-1": "我的"}
    approve(upload, by=cast.first_reviewer, at=AT)

    answer = trainer.post(page, fields)

    assert (answer.status_code, answer.context["stale"]) == (409, {"closed": True})
    assert trainer.post(page, form_of(answer) | {"do": "keep"}).status_code == 302
    assert texts(Transcript.objects.get(state="draft")) == ["我的", "第一步，挑。"]
    assert "我的" not in video.approved_track().vtt


def test_long_captions_are_saved_part_by_part(trainer, page, video, cast, django_assert_max_num_queries):
    draft = start_draft(video, language="zh", by=cast.trainer, at=AT)
    count = LINES_PER_PAGE * 2 + 5
    many = [CueText(at * 1000, at * 1000 + 900, f"第{at}行") for at in range(count)]
    save_draft(draft, many, revision=1, by=cast.trainer, at=AT)

    with django_assert_max_num_queries(60):
        fields = form_of(trainer.get(f"{page}?p=2"))
    trainer.post(
        page, fields | {"do": "save", f"text-{LINES_PER_PAGE + 1}": "改过", f"delete-{LINES_PER_PAGE + 2}": "on"}
    )

    kept = texts(draft)
    assert len(kept) == count - 1
    assert kept[LINES_PER_PAGE - 1 : LINES_PER_PAGE + 2] == ["第149行", "改过", "第152行"]


def test_upload_replaces_the_draft_and_a_bad_file_says_where(trainer, draft, page, video):
    bad = SimpleUploadedFile("字幕.srt", b"1\n00:00:05,000 --> 00:00:01,000\nno\n")
    answer = trainer.post(page, {"do": "upload", "language": "zh", "file": bad})
    assert (answer.status_code, re.findall(r"\d+", answer.context["upload_error"])) == (422, ["2"])

    good = SimpleUploadedFile("字幕.vtt", VTT.encode("gb18030"))
    answer = trainer.post(page, {"do": "upload", "language": "zh", "file": good})

    assert answer.status_code == 302
    assert texts(Transcript.objects.get(video=video, state="draft")) == ["今天说打包四步。", "第一步，挑。"]


def test_write_by_hand_and_correct_an_approved_version(trainer, page, video, cast):
    assert trainer.post(page, {"do": "start", "language": "zh"}).status_code == 302
    first = Transcript.objects.get()
    save_draft(first, [CueText(0, 1000, "手写")], revision=1, by=cast.trainer, at=AT)
    approve(first, by=cast.first_reviewer, at=AT)

    trainer.post(page, {"do": "start", "language": "zh"})

    assert texts(Transcript.objects.get(state="draft")) == ["手写"]
    assert trainer.get(f"{page}?version=1").context["editing"] is False
    assert trainer.get(f"{page}?version=9").status_code == 404
    assert trainer.get(f"{page}zh-1.vtt").content.decode().startswith("WEBVTT")


def test_words_are_shown_as_words(trainer, page, video, cast):
    draft = start_draft(video, language="zh", by=cast.trainer, at=AT)
    save_draft(draft, [CueText(0, 1000, "</textarea><script>alert(1)</script>")], revision=1, by=cast.trainer, at=AT)

    assert b"<script>alert(1)" not in trainer.get(page).content
    approve(draft, by=cast.first_reviewer, at=AT)
    assert b"<script>alert(1)" not in trainer.get(page).content
    assert "<script" not in video.approved_track().vtt


def shown(draft, **more):
    return {"language": "zh", "draft": draft.version, "revision": draft.revision} | more


def test_desk_gets_what_it_needs_and_only_where_a_draft_is_open(trainer, draft, page, cast):
    html = trainer.get(page).content.decode()

    assert 'data-draft="1"' in html and "/captions/lines/" in html and "peaks.bin" in html
    assert 'id="desk-texts"' in html
    assert "data-draft" not in trainer.get(f"{page}?language=en").content.decode()


def test_what_the_desk_saved_is_approved_under_the_state_that_was_read(at_desk, draft, page, video, cast):
    reviewer = at_desk(cast.first_reviewer)
    draft.cues.update(settled=True)

    reviewer.post(page, shown(draft, do="approve_saved", read="on") | {"revision": 7})
    assert video.approved_track() is None

    reviewer.post(page, shown(draft, do="approve_saved"))
    assert video.approved_track() is None

    reviewer.post(page, shown(draft, do="approve_saved", read="on"))
    assert video.approved_track().transcript == draft
    assert reviewer.post(page, shown(draft, do="approve_saved", read="on")).status_code == 302


def test_whose_words_they_are_is_told_and_not_offered_to_approve(trainer, at_desk, page, video, cast):
    draft = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)

    assert "approve" not in re.findall(r'name="do" value="(\w+)"', trainer.get(page).content.decode())
    trainer.post(page, shown(draft, do="approve_saved", read="on"))
    assert video.approved_track() is None
    reviewers = at_desk(cast.first_reviewer).get(page).content.decode()
    assert "approve_saved" in re.findall(r'name="do" value="(\w+)"', reviewers)


def test_a_returned_draft_shows_its_reason_in_page_list_and_start_page(trainer, at_desk, draft, page, cast):
    reason = "第 2 行是<机器>编的"
    at_desk(cast.first_reviewer).post(page, shown(draft, do="return", reason=reason))

    for address in (page, "/admin/recordings/", "/admin/"):
        assert "第 2 行是&lt;机器&gt;编的" in trainer.get(address).content.decode(), address
    assert reason not in trainer.get(page).content.decode()

    trainer.post(page, shown(draft, do="hand_in"))

    assert "第 2 行是" not in trainer.get("/admin/recordings/").content.decode()
    assert trainer.get(page).context["returned"] is None
    assert [each.reason for each in trainer.get(page).context["returns"]] == [reason]


def test_differences_between_versions_and_restoring_one(trainer, draft, page, video, cast):
    import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)

    html = trainer.get(f"{page}differences/?language=zh").content.decode()
    assert "<del>请不吝点赞</del>" in html and "<ins>第一步，挑。</ins>" in html
    assert trainer.get(f"{page}differences/?language=zh&older=9").status_code == 404
    assert trainer.get(f"{page}differences/?language=en").status_code == 404

    trainer.post(page, {"do": "restore", "language": "zh", "version": 1})

    assert texts(Transcript.objects.get(state="draft")) == [cue.text for cue in HEARD]
    assert trainer.post(page, {"do": "restore", "language": "zh", "version": 9}).status_code == 404


@pytest.mark.parametrize(
    ("kind", "begins"), [("vtt", "WEBVTT"), ("srt", "1\n00:00:00,500 -->"), ("txt", "今天说打包四步。\n")]
)
def test_every_version_can_be_taken_away_as_a_file(trainer, draft, page, kind, begins):
    answer = trainer.get(f"{page}zh-1.{kind}")

    assert answer.content.decode().startswith(begins)
    assert answer["Content-Disposition"].endswith(f'-zh-1.{kind}"')
    assert trainer.get(f"{page}zh-1.exe").status_code == 404


def test_an_upload_that_overlaps_or_outlives_the_film_is_taken_and_says_where(trainer, page, video):
    text = "WEBVTT\n\n00:00.500 --> 00:02.000\n甲\n\n00:01.000 --> 12:00.000\n乙\n"

    answer = trainer.post(
        page, {"do": "upload", "language": "zh", "file": SimpleUploadedFile("a.vtt", text.encode())}, follow=True
    )

    assert [re.findall(r"第 (\d+) 行", str(message)) for message in answer.context["messages"]] == [["6", "6"], []]
    assert texts(Transcript.objects.get(video=video, state="draft")) == ["甲", "乙"]


def test_a_text_file_becomes_lines_over_the_whole_film(trainer, page, video):
    file = SimpleUploadedFile("讲稿.TXT", "今天说打包四步。\n第一步，挑。\n".encode("gb18030"))

    trainer.post(page, {"do": "upload", "language": "zh", "file": file})

    rows = Transcript.objects.get(video=video).cues.order_by("number").values_list("start_ms", "end_ms", "text")
    assert list(rows) == [(0, 342_857, "今天说打包四步。"), (342_857, 600_000, "第一步，挑。")]


def test_who_approves_second_is_told_who_was_first(at_desk, draft, page, cast):
    draft.cues.update(settled=True)
    fields = shown(draft, do="approve_saved", read="on")
    at_desk(cast.first_reviewer).post(page, fields)

    answer = at_desk(cast.second_reviewer).post(page, fields, follow=True)

    assert [cast.first_reviewer.name in str(message) for message in answer.context["messages"]] == [True]
