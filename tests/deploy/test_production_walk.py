"""An operator's commands with production settings on PostgreSQL behind nginx, and a walk over the site."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from tests.deploy.production import Production
from tests.migrated import Migrated

pytestmark = [
    pytest.mark.story,
    pytest.mark.nginx,
    pytest.mark.postgresql,
    pytest.mark.slow,
]


def make_clip(path: Path, *, seconds: int) -> None:
    sources = [f"testsrc2=size=320x240:rate=15:duration={seconds}", f"sine=frequency=330:duration={seconds}"]
    inputs = [argument for source in sources for argument in ("-f", "lavfi", "-i", source)]
    command = [get_ffmpeg_exe(), "-loglevel", "error", *inputs, "-c:v", "libx264", "-c:a", "aac", str(path)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory, migrated: Migrated) -> Iterator[Production]:
    place = Production(tmp_path_factory.mktemp("production"))
    try:
        migrated.copy_to_server(place.name)
        place.manage("migrate", "--noinput", "--verbosity", "0")
        place.manage("collectstatic", "--noinput", "--verbosity", "0")
        place.start_unit("web")
        place.start_unit("worker")
        place.start_nginx()
        place.wait()
        yield place
    finally:
        place.stop()


def test_settings_pass_the_deployment_check(production: Production):
    production.manage("check", "--deploy", "--fail-level", "WARNING")


def test_health_and_pages_answer_through_nginx(production: Production):
    assert production.get("/healthz").text == "ok"
    for path in ("/", "/account/sign-in/", "/staff/sign-in/"):
        answer = production.get(path)
        assert answer.status == 200, path
        assert 'lang="zh-' in answer.text
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
    assert production.get("/no-such-page/").status == 404


def test_cookies_are_secure_and_plain_http_is_sent_to_https(production: Production):
    cookie = production.get("/account/sign-in/").headers["set-cookie"]
    assert "Secure" in cookie

    direct = production.get("/account/sign-in/", port=production.web_port)
    assert direct.status == 301
    assert direct.headers["location"].startswith("https://")


def test_static_files_carry_a_hash_and_may_be_kept_for_ever(production: Production):
    sheet = re.search(r'href="(/static/site\.[0-9a-f]{12}\.css)"', production.get("/account/sign-in/").text)
    assert sheet is not None

    answer = production.get(sheet[1])

    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
    assert production.get(sheet[1], Accept_Encoding="gzip").headers["content-encoding"] == "gzip"


def test_the_service_worker_is_asked_for_anew_each_time_and_sent_only_when_it_has_changed(production: Production):
    answer = production.get("/sw.js", Accept_Encoding="gzip", Sec_Fetch_Dest="serviceworker")

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("application/javascript")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < 6 * 1024
    assert "set-cookie" not in answer.headers
    assert production.get("/sw.js", If_None_Match=answer.headers["etag"]).status == 304


def test_a_foreign_host_name_is_refused(production: Production):
    assert production.get("/", Host="evil.example").status == 400


def test_files_of_recordings_cannot_be_had_without_a_signed_address(production: Production):
    secret = f"{production.environment['MEDIA_ROOT']}/secret.bin"
    with open(secret, "wb") as file:
        file.write(b"secret")

    assert production.get("/_files/secret.bin").status == 404
    assert production.get("/files/v/forged/master.m3u8").status in (403, 404)


def test_the_bytes_of_a_recording_are_sent_by_nginx_in_ranges(production: Production):
    clip = production.folder / "一段 录像.mp4"
    make_clip(clip, seconds=4)
    org = production.python(
        "from tests.factories.people import DivisionFactory, OrgFactory;"
        "print(OrgFactory(division=DivisionFactory(code='900000000000')).code)"
    )
    production.start_unit("media-worker")
    production.manage("ingest_video", str(clip), "--title", "浇水", "--org", org, "--wait")
    master = production.python(
        "from django.utils import timezone; from media.domain.playing import sign; from media.models import Video;"
        "print(sign(Video.objects.get(title='浇水'), at=timezone.now()).master)"
    )

    def beside(address: str, name: str) -> str:
        return f"{address.rpartition('/')[0]}/{name}"

    playlist = production.get(master)
    assert playlist.status == 200
    variant = beside(master, next(line for line in playlist.text.splitlines() if line and not line.startswith("#")))
    segments = [line for line in production.get(variant).text.splitlines() if line and not line.startswith("#")]
    segment = beside(variant, segments[0])
    whole = production.get(segment)
    part = production.get(segment, Range="bytes=10-99")

    assert whole.status == 200
    assert len(whole.body) > 1000
    assert part.status == 206
    assert part.body == whole.body[10:100]
    assert "x-accel-redirect" not in whole.headers
    assert whole.headers["content-type"].startswith("video/")
    named = production.get(segment, port=production.web_port, X_Forwarded_Proto="https")
    assert named.headers["x-accel-redirect"].startswith("/_files/"), "the web server names the file"
    assert named.body == b"", "and sends none of its bytes"
    forged = segment.replace("/files/v/", "/files/v/x")
    assert production.get(forged).status in (403, 404)


@pytest.mark.parametrize(
    ("wrong", "reason"), [({"FIELD_KEYS": f"walk={'00' * 32}"}, "field:walk"), ({"DEBUG": "1"}, "DEBUG is on")]
)
def test_web_and_commands_refuse_to_start_with_foreign_keys_or_debug(production: Production, wrong, reason):
    refused = production.start_unit("web", name="refused", **wrong, WEB_BIND="127.0.0.1:0")
    code = refused.wait(240)
    del production.processes["refused"]
    assert code != 0
    assert reason in production.log("refused")

    refused_command = production.manage("check_ledger", check=False, **wrong)
    assert refused_command.returncode != 0
    assert reason in refused_command.stderr


def test_the_repeated_jobs_run_and_may_run_again(production: Production):
    production.manage("sweep", "--speak-seconds", "5")
    production.manage("sweep", "--speak-seconds", "5")


def test_backup_on_postgresql_is_restored_by_the_drill(production: Production):
    folder = production.folder / "backups"

    production.manage("backup", str(folder))
    drill = production.manage("restore_drill", str(folder))

    assert "No difference." in drill.stdout
