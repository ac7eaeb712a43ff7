"""Words for recognition and sensitive words: who keeps them, and how they come in from files."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from media.enums import VideoStatus
from media.models import GlossaryTerm, SensitiveWord, Video
from tests.factories.learning import ready_video
from tests.media.hearing import MODEL

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms(cast) -> dict[str, GlossaryTerm]:
    GlossaryTerm.objects.all().delete()
    return {
        "own": GlossaryTerm.objects.create(text="云雾茶", org=cast.orgs.provider),
        "other": GlossaryTerm.objects.create(text="白沙蜜", org=cast.orgs.neighbour_provider),
        "shared": GlossaryTerm.objects.create(text="电商"),
    }


def edit(term: GlossaryTerm) -> str:
    return reverse("media_glossary:edit", args=[term.pk])


def test_a_new_installation_knows_the_words_of_the_countryside():
    term = GlossaryTerm.objects.get(text="直播带货")

    assert (term.org, term.language, "直播代货" in term.spellings) == (None, "zh", True)
    assert GlossaryTerm.objects.filter(text__in=["电商", "村两委"]).count() == 2
    assert not SensitiveWord.objects.exists()


def test_a_trainer_keeps_the_words_of_her_organisation_and_sees_the_shared_ones(cast, at_desk, terms):
    client = at_desk(cast.trainer)

    page = client.get(reverse("media_glossary:index"))
    content = page.content.decode()

    assert "云雾茶" in content and "电商" in content and "白沙蜜" not in content
    assert edit(terms["own"]) in content and edit(terms["shared"]) not in content
    assert client.get(edit(terms["own"])).status_code == 200
    assert client.get(edit(terms["shared"])).status_code in (302, 403)
    assert client.get(edit(terms["other"])).status_code in (302, 403)


def test_a_trainer_adds_a_word_for_her_organisation_only(cast, at_desk, terms):
    client = at_desk(cast.trainer)
    given = {"text": " 高山苹果 ", "heard_as": "高山平果\n高三苹果", "language": "zh", "org": cast.orgs.provider.pk}

    assert client.post(reverse("media_glossary:add"), given).status_code == 302
    for org in ("", cast.orgs.neighbour_provider.pk):
        assert client.post(reverse("media_glossary:add"), {**given, "text": "别处", "org": org}).status_code == 200

    term = GlossaryTerm.objects.get(text="高山苹果")
    assert (term.org, term.spellings) == (cast.orgs.provider, ("高山平果", "高三苹果"))
    assert not GlossaryTerm.objects.filter(text="别处").exists()


def test_the_system_administrator_keeps_the_shared_words(cast, at_desk, terms):
    client = at_desk(cast.system_admin)

    assert client.get(edit(terms["shared"])).status_code == 200
    assert client.get(edit(terms["own"])).status_code in (302, 403)
    given = {"text": "智慧农业", "heard_as": "", "language": "zh", "org": ""}
    assert client.post(reverse("media_glossary:add"), given).status_code == 302
    assert GlossaryTerm.objects.get(text="智慧农业").org is None


@pytest.mark.parametrize(
    ("who", "glossary", "sensitive"),
    [
        ("trainer", 200, 302),
        ("first_reviewer", 302, 200),
        ("system_admin", 200, 200),
        ("security_admin", 302, 302),
        ("audit_admin", 302, 302),
    ],
)
def test_each_list_opens_to_those_who_keep_it(cast, at_desk, who, glossary, sensitive):
    client = at_desk(getattr(cast, who))

    assert client.get(reverse("media_glossary:index")).status_code == glossary
    assert client.get(reverse("media_sensitive_words:index")).status_code == sensitive


@pytest.mark.parametrize("heard_as", ["茶", "云雾茶"])
def test_spellings_that_would_do_harm_are_refused(cast, at_desk, heard_as):
    given = {"text": "云雾茶", "heard_as": heard_as, "language": "zh", "org": cast.orgs.provider.pk}

    response = at_desk(cast.trainer).post(reverse("media_glossary:add"), given)

    assert response.status_code == 200
    assert f"“{heard_as}”" in response.content.decode()


def test_a_shared_word_stands_once(terms):
    with pytest.raises(IntegrityError), transaction.atomic():
        GlossaryTerm.objects.create(text="电商")


def run(command: str, *arguments: object) -> str:
    said = StringIO()
    call_command(command, *map(str, arguments), stdout=said)
    return said.getvalue()


def test_sensitive_words_come_from_a_file_once(tmp_path: Path):
    file = tmp_path / "words.txt"
    file.write_text("\ufeff# ours\n内部资料\n 某某 \n\n！！\n内部资料\n", encoding="utf-8")

    assert run("load_sensitive_words", file, "--dry-run") == "2 of 2 words would be added.\n"
    assert run("load_sensitive_words", file) == "2 of 2 words were added.\n"
    assert run("load_sensitive_words", file) == "0 of 2 words were added.\n"
    assert list(SensitiveWord.objects.values_list("text", flat=True)) == ["内部资料", "某某"]


def test_glossary_comes_from_a_file_and_is_completed(cast, tmp_path: Path):
    file = tmp_path / "words.txt"
    file.write_text("# ours\n云雾茶：云务茶， 云物茶\n村口小店\n", encoding="utf-8")

    assert run("load_glossary", file, "--org", cast.orgs.provider.code) == "2 words were added or completed.\n"
    assert run("load_glossary", file, "--org", cast.orgs.provider.code) == "0 words were added or completed.\n"
    assert GlossaryTerm.objects.get(text="云雾茶").spellings == ("云务茶", "云物茶")


@pytest.mark.parametrize("command", ["load_sensitive_words", "load_glossary"])
def test_a_file_that_is_no_text_is_said(tmp_path: Path, command):
    (tmp_path / "words.doc").write_bytes(b"\xd0\xcf\x11\xe0")

    with pytest.raises(CommandError, match="cannot be read as UTF-8"):
        call_command(command, str(tmp_path / "words.doc"))


def test_a_glossary_of_nobody_is_said(tmp_path: Path):
    (tmp_path / "words.txt").write_text("电商\n")

    with pytest.raises(CommandError, match="No organisation has the code X"):
        call_command("load_glossary", str(tmp_path / "words.txt"), "--org", "X")


@pytest.mark.slow
@pytest.mark.speech
def test_a_checkpoint_is_converted_by_command(tmp_path: Path):
    said = run("convert_whisper_model", MODEL, tmp_path / "nano")

    assert "nano written" in said
    assert {"model.bin", "config.json", "tokenizer.json", "preprocessor_config.json"} <= {
        file.name for file in (tmp_path / "nano").iterdir()
    }
    with pytest.raises(CommandError, match="not empty"):
        run("convert_whisper_model", MODEL, tmp_path / "nano")


@pytest.mark.speech
def test_what_is_no_checkpoint_is_said_and_leaves_nothing(tmp_path: Path):
    (tmp_path / "x.pt").write_bytes(b"no model")

    with pytest.raises(CommandError, match="cannot be loaded"):
        run("convert_whisper_model", tmp_path / "x.pt", tmp_path / "folder")

    assert not (tmp_path / "folder").exists()


def waiting(cast) -> Video:
    video = ready_video(cast.orgs.provider)
    Video.objects.filter(pk=video.pk).update(status=VideoStatus.TRANSCRIBING, claim_token="x", ready_at=None)
    return video


def test_a_trainer_cancels_recognition_on_the_page_of_the_recording(cast, at_desk):
    video, client = waiting(cast), at_desk(cast.trainer)
    cancel = reverse("media_cancel_recognition", args=[video.code])
    page = reverse("media_recordings:show", args=[video.code])
    assert cancel in client.get(page).content.decode()

    response = client.post(cancel, follow=True)

    video.refresh_from_db()
    assert (video.status, video.claim_token) == (VideoStatus.READY, "")
    assert cancel not in response.content.decode()
    client.post(cancel)
    assert Video.objects.get().status == VideoStatus.READY


def test_only_those_who_manage_a_recording_cancel(cast, at_desk):
    video = waiting(cast)
    cancel = reverse("media_cancel_recognition", args=[video.code])

    assert at_desk(cast.neighbour_trainer).post(cancel).status_code == 404
    assert at_desk(cast.first_reviewer).post(cancel).status_code == 302  # to the start page, with a word why
    assert at_desk(cast.trainer).get(cancel).status_code == 405
    video.refresh_from_db()
    assert video.status == VideoStatus.TRANSCRIBING
