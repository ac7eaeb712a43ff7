"""Drafts and approvals of captions."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from lms.audit.models import AuditEntry
from media.backends.transcribe import CueDraft
from media.domain import captioning
from media.domain.captioning import (
    CannotApprove,
    CannotImport,
    CannotReturn,
    CannotSave,
    CueText,
    DraftClosed,
    StaleDraft,
    approve,
    compare,
    hand_in,
    import_captions,
    restore_version,
    return_draft,
    save_draft,
    start_draft,
    write_machine_draft,
)
from media.domain.captioning.comparing import words_between
from media.domain.playing import sign
from media.enums import OWN_NAMES, CaptionState, Language, TranscriptSource, TranscriptState, VideoStatus
from media.models import CaptionTrack, Cue, Transcript, Video
from media.signals import captions_approved
from tests.factories.learning import ready_video

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 3, tzinfo=UTC)
VTT = "WEBVTT\n\n00:00.500 --> 00:02.000\n今天说打包四步。\n\n00:02.400 --> 00:03.600\n第一步，挑。\n"
HEARD = [
    CueDraft(500, 2_000, "今天说打包四步。", 0.9),
    CueDraft(2_400, 3_600, "请不吝点赞", 0.4, ("invention",)),
]


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def video(cast):
    return ready_video(cast.orgs.provider)


@pytest.fixture
def draft(video):
    return write_machine_draft(video, HEARD, engine="dummy", at=AT)


def texts(transcript):
    return list(transcript.cues.order_by("number").values_list("text", flat=True))


def as_read(transcript, **changes):
    """The lines of a draft as the page sends them back, settled."""
    return [CueText(cue.start_ms, cue.end_ms, cue.text, True, cue.number) for cue in transcript.cues.order_by("number")]


def test_import_writes_a_draft_that_nobody_is_served(video, cast):
    transcript = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)

    video.refresh_from_db()
    assert (transcript.state, transcript.source, transcript.version) == ("draft", "upload", 1)
    assert texts(transcript) == ["今天说打包四步。", "第一步，挑。"]
    assert video.caption_state == CaptionState.DRAFT
    assert video.approved_track() is None
    assert sign(video, at=AT).captions == []


def test_import_twice_gives_the_first_draft(video, cast):
    first = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)

    assert import_captions(video, VTT.encode("gb18030"), language="zh", by=cast.trainer, at=LATER) == first
    assert video.transcripts.count() == 1


def test_import_takes_the_place_of_the_machines_draft_and_keeps_it(video, draft, cast):
    transcript = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)

    draft.refresh_from_db()
    assert (transcript.version, draft.state) == (2, TranscriptState.SUPERSEDED)
    assert texts(draft) == [cue.text for cue in HEARD]


def test_bad_file_leaves_the_open_draft(video, draft, cast):
    with pytest.raises(CannotImport, match="Line 3"):
        import_captions(video, "WEBVTT\n\n00:05.000 --> 00:01.000\n甲", language="zh", by=cast.trainer, at=AT)
    with pytest.raises(CannotImport, match="xx"):
        import_captions(video, VTT, language="xx", by=cast.trainer, at=AT)

    draft.refresh_from_db()
    assert draft.state == TranscriptState.DRAFT


def test_approve_serves_the_track_under_a_name(video, cast, django_capture_on_commit_callbacks):
    told = []
    captions_approved.connect(lambda **facts: told.append(facts), weak=False, dispatch_uid="test")
    transcript = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)

    with django_capture_on_commit_callbacks(execute=True):
        track = approve(transcript, by=cast.first_reviewer, at=LATER)

    captions_approved.disconnect(dispatch_uid="test")
    transcript.refresh_from_db()
    video.refresh_from_db()
    assert (transcript.state, transcript.approved_by, transcript.approved_at) == (
        "approved",
        cast.first_reviewer,
        LATER,
    )
    assert video.caption_state == CaptionState.APPROVED
    assert video.approved_track() == track
    assert track.label == "中文"
    assert track.vtt.startswith("WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n今天说打包四步。\n\n")
    assert [(language, label) for language, label, _address in sign(video, at=LATER).captions] == [("zh", "中文")]
    assert [(fact["video_id"], fact["transcript_id"]) for fact in told] == [(video.pk, transcript.pk)]
    entry = AuditEntry.objects.get(action="media.captions_approved")
    assert (entry.actor_id, entry.subject_id, entry.detail["version"]) == (cast.first_reviewer.pk, video.code, 1)


def test_approve_twice_returns_the_first_track(video, cast):
    transcript = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)
    track = approve(transcript, by=cast.first_reviewer, at=AT)

    assert approve(transcript, by=cast.trainer, at=LATER) == track
    transcript.refresh_from_db()
    assert transcript.approved_by == cast.first_reviewer
    assert AuditEntry.objects.filter(action="media.captions_approved").count() == 1


def test_new_version_replaces_the_former_only_when_approved(video, cast):
    first = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)
    approve(first, by=cast.first_reviewer, at=AT)

    second = start_draft(video, language="zh", by=cast.trainer, at=LATER)
    lines = as_read(second)
    save_draft(second, [lines[0], CueText(2400, 3600, "第一步：挑选。", was=2)], revision=1, by=cast.trainer, at=LATER)

    assert (second.version, second.based_on, second.source) == (2, first, TranscriptSource.HAND)
    assert "第一步，挑。" in video.approved_track().vtt
    approve(second, by=cast.first_reviewer, at=LATER)
    first.refresh_from_db()
    assert first.state == TranscriptState.SUPERSEDED
    assert "第一步：挑选。" in video.approved_track().vtt
    assert CaptionTrack.objects.count() == 1


def test_start_draft_is_empty_without_captions_and_given_again_while_open(video, cast):
    draft = start_draft(video, language="zh", by=cast.trainer, at=AT)

    assert (texts(draft), draft.source) == ([], TranscriptSource.HAND)
    assert start_draft(video, language="zh", by=cast.first_reviewer, at=LATER) == draft


def test_doubtful_line_must_be_settled_before_approval(video, draft, cast):
    with pytest.raises(CannotApprove) as refusal:
        approve(draft, by=cast.first_reviewer, at=AT)
    assert refusal.value.reasons == ["Please look at the marked lines and settle each of them: 2 (00:02)."]

    save_draft(draft, as_read(draft), revision=1, by=cast.first_reviewer, at=AT)

    assert approve(draft, by=cast.first_reviewer, at=AT).transcript == draft


def test_changing_the_words_settles_a_line_and_drops_what_the_machine_thought(draft, cast):
    lines = [CueText(500, 2000, "今天说打包四步。", was=1), CueText(2400, 3600, "第一步，挑。", was=2)]

    save_draft(draft, lines, revision=1, by=cast.trainer, at=AT)

    first, second = draft.cues.order_by("number")
    assert str(first.confidence) == "0.900"
    assert (second.confidence, second.flags) == (None, [])
    assert (draft.revision, draft.edited_by, draft.edited_at) == (2, cast.trainer, AT)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "There are no captions yet."),
        ([(0, 2000), (1500, 3000)], "These lines begin before the line above them has ended: 2 (00:01)."),
        ([(0, 2000), (600_000, 601_001)], "These lines stand after the end of the recording: 2 (10:00)."),
    ],
)
def test_what_is_not_fit_for_learners_is_refused(video, cast, lines, reason):
    draft = start_draft(video, language="zh", by=cast.trainer, at=AT)
    save_draft(draft, [CueText(a, b, "词") for a, b in lines], revision=1, by=cast.trainer, at=AT)

    with pytest.raises(CannotApprove) as refusal:
        approve(draft, by=cast.first_reviewer, at=AT)

    assert refusal.value.reasons == [reason]
    assert video.approved_track() is None


def test_save_refuses_bad_lines_by_position_and_writes_nothing(draft, cast):
    lines = [CueText(500, 2000, "好"), CueText(3000, 2500, "反了"), CueText(4000, 5000, " \u200b")]

    with pytest.raises(CannotSave) as refusal:
        save_draft(draft, lines, revision=1, by=cast.trainer, at=AT)

    assert {at: str(said) for at, said in refusal.value.problems.items()} == {
        1: "This line ends before it begins.",
        2: "This line has no words. Write some, or delete the line.",
    }
    assert texts(draft) == [cue.text for cue in HEARD]


def test_save_puts_lines_in_order_of_time(draft, cast):
    save_draft(draft, [CueText(5000, 6000, "后"), CueText(0, 1000, "先")], revision=1, by=cast.trainer, at=AT)

    assert texts(draft) == ["先", "后"]


def test_stale_save_says_who_and_when_and_writes_nothing(draft, cast):
    same_draft = Transcript.objects.get(pk=draft.pk)
    save_draft(draft, [CueText(0, 1000, "培训员的")], revision=1, by=cast.trainer, at=AT)

    with pytest.raises(StaleDraft) as refusal:
        save_draft(same_draft, [CueText(0, 1000, "审核员的")], revision=1, by=cast.first_reviewer, at=LATER)

    assert (refusal.value.by, refusal.value.at) == (cast.trainer, AT)
    assert texts(draft) == ["培训员的"]


def test_approve_refuses_what_the_reviewer_has_not_read(draft, cast):
    save_draft(draft, as_read(draft), revision=1, by=cast.trainer, at=AT)

    with pytest.raises(StaleDraft):
        approve(draft, by=cast.first_reviewer, at=LATER, revision=1)
    assert approve(draft, by=cast.first_reviewer, at=LATER, revision=2)


def test_approved_and_replaced_versions_cannot_be_saved_or_approved(video, draft, cast):
    upload = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)
    approve(upload, by=cast.first_reviewer, at=AT)

    for closed in (draft, upload):
        with pytest.raises(DraftClosed):
            save_draft(closed, [], revision=1, by=cast.trainer, at=AT)
    with pytest.raises(DraftClosed):
        approve(draft, by=cast.first_reviewer, at=AT)


def test_machine_never_replaces_what_people_made(video, cast):
    hand = start_draft(video, language="zh", by=cast.trainer, at=AT)
    assert write_machine_draft(video, HEARD, engine="dummy", at=LATER) == hand
    save_draft(hand, [CueText(0, 1000, "手写")], revision=1, by=cast.trainer, at=AT)
    approve(hand, by=cast.first_reviewer, at=AT)

    assert write_machine_draft(video, HEARD, engine="dummy", at=LATER) == hand
    assert video.transcripts.count() == 1


@pytest.mark.parametrize(
    "standing",
    [
        {"status": VideoStatus.TRANSCODED},
        {"status": VideoStatus.TRANSCRIBING, "claim_token": "somebody"},
        {
            "status": VideoStatus.FAILED,
            "failed_status": VideoStatus.TRANSCRIBING,
            "failure_code": "model_missing",
        },
    ],
    ids=["waiting", "in progress", "failed"],
)
def test_approved_captions_end_the_wait_for_recognition(video, cast, standing):
    Video.objects.filter(pk=video.pk).update(**standing)
    transcript = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)

    approve(transcript, by=cast.first_reviewer, at=LATER)

    video.refresh_from_db()
    assert (video.status, video.ready_at, video.claim_token, video.failure_code) == (VideoStatus.READY, LATER, "", "")


def test_captions_wait_until_the_length_is_known(video, cast):
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.TRANSCODING, decoded_seconds=None)
    transcript = import_captions(Video.objects.get(pk=video.pk), VTT, language="zh", by=cast.trainer, at=AT)

    with pytest.raises(CannotApprove, match="still being converted"):
        approve(transcript, by=cast.first_reviewer, at=LATER)


def test_captions_in_another_language_stand_beside_the_first(video, cast):
    approve(import_captions(video, VTT, language="zh", by=cast.trainer, at=AT), by=cast.first_reviewer, at=AT)
    approve(import_captions(video, VTT, language="en", by=cast.trainer, at=AT), by=cast.first_reviewer, at=AT)

    assert [(language, label) for language, label, _url in sign(video, at=AT).captions] == [
        ("en", "English"),
        ("zh", "中文"),
    ]


def test_learners_are_served_nothing_whose_transcript_is_not_approved(video, cast, client):
    """Law 7, whatever any gate said: a track left over from a transcript that is not approved is not served."""
    track = approve(import_captions(video, VTT, language="zh", by=cast.trainer, at=AT), by=cast.first_reviewer, at=AT)
    address = sign(video, at=datetime.now(UTC)).captions[0][2]
    assert client.get(address).status_code == 200

    for state in (TranscriptState.DRAFT, TranscriptState.SUPERSEDED):
        Transcript.objects.filter(pk=track.transcript_id).update(state=state)

        assert client.get(address).status_code == 404
        assert sign(video, at=AT).captions == []


def test_stories_of_captions_are_named_in_one_place():
    assert set(captioning.__all__) >= {"approve", "import_captions", "save_draft", "start_draft"}


def test_nobody_approves_her_own_words_unless_the_setting_says_so(video, cast, settings):
    upload = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)
    with pytest.raises(CannotApprove, match="You changed these captions last"):
        approve(upload, by=cast.trainer, at=AT)

    save_draft(upload, as_read(upload), revision=1, by=cast.first_reviewer, at=AT)
    with pytest.raises(CannotApprove, match="You changed these captions last"):
        approve(upload, by=cast.trainer, at=AT)

    settings.CAPTIONS_OWN_APPROVAL = True
    assert approve(upload, by=cast.trainer, at=AT).transcript == upload


def test_who_corrects_a_line_leaves_the_approval_to_others(draft, cast):
    lines = [CueText(500, 2000, "今天说打包五步。", was=1), CueText(2400, 3600, "第一步，挑。", was=2)]
    save_draft(draft, lines, revision=1, by=cast.first_reviewer, at=AT)

    with pytest.raises(CannotApprove):
        approve(draft, by=cast.first_reviewer, at=AT)
    assert approve(draft, by=cast.trainer, at=AT).transcript == draft


def test_returned_draft_carries_its_reason_until_it_is_handed_in(draft, cast):
    first = return_draft(draft, reason=" 第二行是编的 ", by=cast.first_reviewer, at=AT)
    second = return_draft(draft, reason="还是编的", by=cast.second_reviewer, at=LATER)

    first.refresh_from_db()
    assert (first.reason, first.revision, first.answered_at) == ("第二行是编的", 1, LATER)
    assert list(draft.returns.filter(answered_at=None)) == [second]
    assert AuditEntry.objects.filter(action="media.captions_returned").count() == 2

    hand_in(draft, by=cast.trainer, at=LATER)

    assert not draft.returns.filter(answered_at=None).exists()
    assert draft.returns.count() == 2


def test_return_needs_a_reason_an_open_draft_and_somebody_else(video, draft, cast):
    with pytest.raises(CannotReturn, match="what should be changed"):
        return_draft(draft, reason="  ", by=cast.first_reviewer, at=AT)
    upload = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)
    with pytest.raises(CannotReturn, match="You changed"):
        return_draft(upload, reason="不好", by=cast.trainer, at=AT)
    with pytest.raises(DraftClosed):
        return_draft(draft, reason="不好", by=cast.first_reviewer, at=AT)

    assert not upload.returns.exists()


def test_approving_answers_the_return(video, cast):
    upload = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)
    return_draft(upload, reason="第二行", by=cast.first_reviewer, at=AT)

    approve(upload, by=cast.first_reviewer, at=LATER)

    assert upload.returns.get().answered_at == LATER


def test_older_version_comes_back_as_a_draft_with_its_doubts(video, draft, cast):
    upload = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)

    restored = restore_version(draft, by=cast.trainer, at=LATER)

    upload.refresh_from_db()
    assert (restored.version, restored.based_on, upload.state) == (3, draft, TranscriptState.SUPERSEDED)
    assert [cue.is_doubtful for cue in restored.cues.order_by("number")] == [False, True]
    assert restore_version(draft, by=cast.trainer, at=LATER) == restored
    with pytest.raises(CannotApprove):
        approve(restored, by=cast.first_reviewer, at=LATER)


def test_a_new_draft_keeps_the_names_of_the_lines(video, cast):
    upload = import_captions(video, VTT, language="zh", by=cast.trainer, at=AT)
    approve(upload, by=cast.first_reviewer, at=AT)

    newer = start_draft(video, language="zh", by=cast.trainer, at=LATER)

    assert list(newer.cues.values_list("key", flat=True)) == list(upload.cues.values_list("key", flat=True))


def cue(key, start_ms, text, length_ms=1000):
    return Cue(key=key, start_ms=start_ms, end_ms=start_ms + length_ms, text=text)


def test_compare_names_changed_moved_new_and_gone_lines():
    older = [cue("a", 0, "今天说打包四步"), cue("b", 1000, "谢谢观看"), cue("c", 2000, "挑"), cue("d", 3000, "套")]
    newer = [cue("a", 0, "今天说打包五步"), cue("c", 2100, "挑"), cue("d", 3000, "套"), cue("e", 4000, "填")]

    found = [
        (each.before and each.before.key, each.after and each.after.key, each.moved) for each in compare(older, newer)
    ]

    assert found == [("a", "a", False), ("b", None, False), ("c", "c", True), (None, "e", False)]


def test_compare_finds_lines_without_common_names_by_their_time():
    older = [cue("a", 0, "第一行"), cue("b", 1000, "第二行")]
    newer = [cue("x", 50, "第一行"), cue("y", 1000, "第二航")]

    found = compare(older, newer)

    assert [(each.before.key, each.after.key) for each in found] == [("a", "x"), ("b", "y")]


@pytest.mark.parametrize(
    ("older", "newer", "pieces"),
    [
        ("今天说打包四步", "今天说打包五步", "今天说打包[四|五]步"),
        ("直播带货很好", "直播卖货很好", "直播[带|卖]货很好"),
        ("open the app", "open that app", "open [the|that] app"),
        ("一二三", "甲二乙", "[一二三|甲二乙]"),
        ("相同", "相同", "相同"),
        ("", "新", "[|新]"),
    ],
)
def test_words_between_marks_what_changed(older, newer, pieces):
    said, gone = "", None
    for piece in [*words_between(older, newer), None]:
        if gone is not None and not (piece and piece.kind == "new"):
            said, gone = said + f"[{gone}|]", None
        if piece is None:
            break
        if piece.kind == "gone":
            gone = piece.text
        elif piece.kind == "new":
            said, gone = said + f"[{gone or ''}|{piece.text}]", None
        else:
            said += piece.text

    assert said == pieces


def test_every_language_has_a_name_of_its_own_that_fits():
    assert set(OWN_NAMES) == set(Language)
    assert all(len(code) <= 12 for code in Language.values)


def test_a_language_written_from_right_to_left_is_served_under_its_code(video, cast, client):
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nبۈگۈن\n"
    track = approve(import_captions(video, text, language="ug", by=cast.trainer, at=AT), by=cast.first_reviewer, at=AT)

    (language, label, address) = sign(video, at=datetime.now(UTC)).captions[0]

    assert (language, label, track.direction) == ("ug", "ئۇيغۇرچە", "rtl")
    assert "بۈگۈن" in client.get(address).content.decode()
