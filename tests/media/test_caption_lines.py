"""Lines saved while people write: by one, by two at once, sent twice, sent too late, sent by nobody of the house."""

import json
from datetime import UTC, datetime

import pytest

from media.backends.transcribe import CueDraft
from media.domain.captioning import approve, import_captions, save_draft, write_machine_draft
from media.domain.captioning.drafts import CueText
from media.models import Transcript
from media.views.caption_lines import MAX_BODY_BYTES
from tests.factories.learning import ready_video

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
HEARD = [
    CueDraft(500, 2_000, "今天说打包四步。", 0.9),
    CueDraft(2_400, 3_600, "请不吝点赞，谢谢观看", 0.4, ("invention",)),
    CueDraft(4_000, 6_000, "第一步，挑。", 0.8),
]
MAY_EDIT = {"trainer", "first_reviewer", "second_reviewer", "final_reviewer"}


@pytest.fixture
def video(cast):
    return ready_video(cast.orgs.provider, code="TEST00000001")


@pytest.fixture
def draft(video):
    return write_machine_draft(video, HEARD, engine="dummy", at=AT)


@pytest.fixture
def address(video):
    return f"/admin/recordings/{video.code}/captions/lines/?language=zh&draft=1"


@pytest.fixture
def trainer(cast, at_desk):
    return at_desk(cast.trainer)


@pytest.fixture
def reviewer(cast, at_desk):
    return at_desk(cast.first_reviewer)


def keys(draft):
    return list(draft.cues.order_by("number").values_list("key", flat=True))


def texts(draft):
    return list(draft.cues.order_by("number").values_list("text", flat=True))


def line(draft, number, **changes):
    cue = draft.cues.get(number=number)
    sent = {"key": cue.key, "start": cue.start_ms, "end": cue.end_ms, "text": cue.text, "settled": cue.settled}
    return sent | changes


def send(client, address, revision, lines=(), deleted=()):
    body = {"revision": revision, "lines": list(lines), "deleted": list(deleted)}
    return client.post(address, json.dumps(body), content_type="application/json")


def test_only_trainers_and_reviewers_of_the_organisation_read_and_write(cast, draft, address, at_desk):
    statuses = {
        part: {at_desk(person).get(address).status_code, send(at_desk(person), address, 1).status_code}
        for part, person in cast.everybody.items()
    }

    assert {part for part, found in statuses.items() if found == {200}} == MAY_EDIT
    assert all(found <= {302, 403, 404} for part, found in statuses.items() if part not in MAY_EDIT)


def test_reading_gives_every_line_with_what_the_machine_thought(trainer, draft, address):
    told = trainer.get(address).json()

    assert told["revision"] == 1
    assert [(each["start"], each["text"], each["confidence"], each["flags"]) for each in told["lines"]] == [
        (500, "今天说打包四步。", 0.9, []),
        (2400, "请不吝点赞，谢谢观看", 0.4, ["invention"]),
        (4000, "第一步，挑。", 0.8, []),
    ]
    assert trainer.get(f"{address}&since=1").json()["lines"] == []


def test_one_changed_line_leaves_the_others_alone(trainer, draft, address, cast, django_assert_max_num_queries):
    rows = list(draft.cues.order_by("number").values_list("pk", flat=True))

    with django_assert_max_num_queries(40):
        answer = send(trainer, address, 1, [line(draft, 1, text="今天说打包五步。")])

    draft.refresh_from_db()
    assert (answer.status_code, answer.json()["revision"]) == (200, 2)
    assert texts(draft)[0] == "今天说打包五步。"
    assert list(draft.cues.order_by("number").values_list("pk", flat=True)) == rows
    assert (draft.edited_by, draft.worded_by) == (cast.trainer, cast.trainer)
    assert answer.json()["lines"][0]["heard"] == "今天说打包四步。"


def test_new_moved_and_deleted_lines_are_numbered_by_time(trainer, draft, address):
    new = {"key": "aaaaaaaaaaa", "start": 7000, "end": 8000, "text": "新的", "settled": False, "new": True}

    answer = send(trainer, address, 1, [new, line(draft, 3, start=100, end=400)], [keys(draft)[1]])

    assert answer.status_code == 200
    assert texts(draft) == ["第一步，挑。", "今天说打包四步。", "新的"]
    assert list(draft.cues.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert answer.json()["keys"] == keys(draft)


def test_the_same_sent_again_changes_nothing(trainer, draft, address):
    new = {"key": "aaaaaaaaaaa", "start": 7000, "end": 8000, "text": "新的", "settled": False, "new": True}
    sent = ([new, line(draft, 1, text="改过")], [keys(draft)[1]])
    send(trainer, address, 1, *sent)

    answer = send(trainer, address, 1, *sent)

    assert (answer.status_code, answer.json()["revision"]) == (200, 2)
    assert texts(draft) == ["改过", "第一步，挑。", "新的"]


def test_two_people_at_different_lines_both_keep_theirs(trainer, reviewer, draft, address, cast):
    send(reviewer, address, 1, [line(draft, 3, text="第一步：挑。")])

    answer = send(trainer, address, 1, [line(draft, 1, text="今天说打包五步。")])

    told = answer.json()
    assert (answer.status_code, told["revision"]) == (200, 3)
    assert {each["text"] for each in told["lines"]} == {"今天说打包五步。", "第一步：挑。"}
    assert [other["name"] for other in told["others"]] == [cast.first_reviewer.name]
    assert texts(draft) == ["今天说打包五步。", "请不吝点赞，谢谢观看", "第一步：挑。"]


def test_two_people_at_one_line_are_told_who_and_when_and_the_rest_is_saved(trainer, reviewer, draft, address, cast):
    mine = [line(draft, 1, text="培训员的"), line(draft, 3, text="另一行")]
    send(reviewer, address, 1, [line(draft, 1, text="审核员的")])

    answer = send(trainer, address, 1, mine)

    told = answer.json()
    assert (answer.status_code, told["error"], told["by"]) == (409, "lines", cast.first_reviewer.name)
    assert told["keys_at_odds"] == [keys(draft)[0]]
    assert told["at"] is not None
    assert texts(draft) == ["审核员的", "请不吝点赞，谢谢观看", "另一行"]

    assert send(trainer, address, told["revision"], mine[:1]).status_code == 200
    assert texts(draft)[0] == "培训员的"


def test_a_line_that_another_took_away_is_at_odds(trainer, reviewer, draft, address):
    mine = line(draft, 1, text="培训员的")
    send(reviewer, address, 1, deleted=[mine["key"]])

    told = send(trainer, address, 1, [mine]).json()

    assert told["keys_at_odds"] == [mine["key"]]
    assert mine["key"] not in told["keys"]
    assert send(trainer, address, told["revision"], [mine | {"new": True}]).status_code == 200
    assert texts(draft)[0] == "培训员的"


def test_a_draft_approved_meanwhile_is_closed_and_the_lines_can_be_kept_beside(
    trainer, reviewer, draft, address, cast, video
):
    mine = [line(draft, 1, text="培训员的"), line(draft, 3)]
    draft.cues.filter(number=2).update(settled=True)
    approve(draft, by=cast.first_reviewer, at=AT)

    answer = send(trainer, address, 1, mine)

    assert (answer.status_code, answer.json()["error"]) == (409, "closed")
    assert (answer.json()["by"], answer.json()["at"]) == (cast.first_reviewer.name, AT.isoformat())
    kept = trainer.post(
        address.replace("lines/", "keep/"), json.dumps({"lines": mine}), content_type="application/json"
    )
    assert kept.status_code == 200
    newer = Transcript.objects.get(video=video, state="draft")
    assert (newer.version, texts(newer)) == (kept.json()["draft"], ["培训员的", "第一步，挑。"])
    assert "培训员的" not in video.approved_track().vtt


def test_a_file_in_between_closes_the_draft(trainer, draft, address, cast, video):
    import_captions(video, "WEBVTT\n\n00:01.000 --> 00:02.000\n甲\n", language="zh", by=cast.first_reviewer, at=AT)

    answer = send(trainer, address, 1, [line(draft, 1, text="晚了")])

    assert (answer.status_code, answer.json()["by"]) == (409, cast.first_reviewer.name)


def test_words_taken_apart_or_joined_stay_doubtful(trainer, draft, address):
    head = line(draft, 2, end=3000, text="请不吝点赞")
    rest = {"key": "bbbbbbbbbbb", "start": 3000, "end": 3600, "text": "谢谢观看", "settled": False, "new": True}

    send(trainer, address, 1, [head, rest])

    assert [(cue.text, cue.is_doubtful) for cue in draft.cues.order_by("number")][1:3] == [
        ("请不吝点赞", True),
        ("谢谢观看", True),
    ]
    joined = head | {"end": 3600, "text": "请不吝点赞谢谢观看"}
    send(trainer, address, 2, [joined], ["bbbbbbbbbbb"])
    assert draft.cues.get(number=2).is_doubtful


def test_the_machines_words_come_back_with_their_doubts(trainer, draft, address):
    told = send(trainer, address, 1, [line(draft, 2, text="包装要紧")]).json()
    assert told["lines"][0]["flags"] == []
    assert not draft.cues.get(number=2).is_doubtful

    send(trainer, address, 2, [line(draft, 2, text="请不吝点赞，谢谢观看")])

    cue = draft.cues.get(number=2)
    assert (cue.flags, str(cue.confidence), cue.heard) == (["invention"], "0.400", None)


def test_settling_is_no_change_of_words(trainer, draft, address):
    send(trainer, address, 1, [line(draft, 2, settled=True)])

    draft.refresh_from_db()
    assert (draft.worded_by, draft.cues.get(number=2).is_doubtful) == (None, False)


def test_lines_that_cannot_be_kept_are_named_and_nothing_is_written(trainer, draft, address):
    answer = send(trainer, address, 1, [line(draft, 1, text="改过"), line(draft, 3, end=1), line(draft, 2, text=" ")])

    assert answer.status_code == 422
    assert sorted(answer.json()["problems"]) == ["1", "2"]
    assert texts(draft) == [cue.text for cue in HEARD]


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        '{"revision": "x"}',
        '{"revision": 1, "lines": {}}',
        '{"revision": 1, "lines": [{"key": "k", "start": 1.5, "end": 2, "text": "x"}]}',
        '{"revision": 1, "lines": [{"key": "", "start": 1, "end": 2, "text": "x"}]}',
        '{"revision": 1, "lines": [{"key": "k", "start": 1, "end": 99999999999, "text": "x"}]}',
        '{"revision": 1, "lines": [{"key": "k", "start": true, "end": 2, "text": "x"}]}',
        '{"revision": 1, "lines": [{"key": "k", "start": 1, "end": 2, "text": 5}]}',
        '{"revision": 1, "deleted": [null]}',
        "[" * 100_000,
    ],
)
def test_what_our_page_never_sends_is_refused(trainer, draft, address, body):
    assert trainer.post(address, body, content_type="application/json").status_code == 400
    assert texts(draft) == [cue.text for cue in HEARD]


def test_half_a_character_and_markup_do_no_harm(trainer, draft, address):
    body = '{"revision": 1, "lines": [{"key": "k", "start": 9000, "end": 9900, "text": "<b>\\ud83d坏", "new": true}]}'

    assert trainer.post(address, body, content_type="application/json").status_code == 200
    assert texts(draft)[-1] == "<b>坏"


def test_a_body_beyond_any_draft_is_refused(trainer, draft, address):
    body = '{"revision": 1, "lines": [], "x": "' + "x" * MAX_BODY_BYTES + '"}'

    assert trainer.post(address, body, content_type="application/json").status_code == 400


def test_two_thousand_lines_shift_in_one_request(trainer, draft, address, cast, django_assert_max_num_queries):
    many = [CueText(at * 1000, at * 1000 + 900, f"第{at}行") for at in range(2000)]
    save_draft(draft, many, revision=1, by=cast.trainer, at=AT)
    shifted = [
        {"key": cue.key, "start": cue.start_ms + 500, "end": cue.end_ms + 500, "text": cue.text, "settled": False}
        for cue in draft.cues.order_by("number")
    ]

    with django_assert_max_num_queries(80):
        answer = send(trainer, address, 2, shifted)

    assert answer.status_code == 200
    assert draft.cues.get(number=2000).start_ms == 1_999_500
