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
    approve(first, by=cast.trainer, at=AT)

    trainer.post(page, {"do": "start", "language": "zh"})

    assert texts(Transcript.objects.get(state="draft")) == ["手写"]
    assert trainer.get(f"{page}?version=1").context["editing"] is False
    assert trainer.get(f"{page}?version=9").status_code == 404
    assert trainer.get(f"{page}zh-1.vtt").content.decode().startswith("WEBVTT")


def test_words_are_shown_as_words(trainer, page, video, cast):
    draft = start_draft(video, language="zh", by=cast.trainer, at=AT)
    save_draft(draft, [CueText(0, 1000, "</textarea><script>alert(1)</script>")], revision=1, by=cast.trainer, at=AT)

    assert b"<script>alert(1)" not in trainer.get(page).content
    approve(draft, by=cast.trainer, at=AT)
    assert b"<script>alert(1)" not in trainer.get(page).content
    assert "<script" not in video.approved_track().vtt
