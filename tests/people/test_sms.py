"""The providers of SMS."""

import json
import logging
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.utils import timezone

from lms.people.backends import sms
from lms.people.backends.sms import http
from lms.people.domain.signing_in import NotSent, send_code
from lms.people.models import SentMessage

MESSAGE = sms.Message("13800000001", "sign-in-code", "田间课堂", {"code": "123456"}, "【田间课堂】验证码123456")


class Gateway(BaseHTTPRequestHandler):
    answer: tuple[int, bytes] = (200, b'{"accepted": true, "id": "r-1"}')
    seen: list[dict[str, Any]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append({"body": body, "key": self.headers["Authorization"], "path": self.path})
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def gateway(settings: Any) -> Iterator[type[Gateway]]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_BACKEND = "http"
    settings.SMS_HTTP_ADDRESS = f"http://127.0.0.1:{server.server_port}/send"
    settings.SMS_HTTP_KEY = "very-secret"
    Gateway.seen.clear()
    Gateway.answer = (200, b'{"accepted": true, "id": "r-1"}')
    yield Gateway
    server.shutdown()
    server.server_close()


def test_http_sends_template_and_variables_with_the_key_in_a_header(
    gateway: type[Gateway], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    assert sms.send(MESSAGE) == sms.Receipt(accepted=True, reference="r-1")

    assert gateway.seen == [
        {
            "path": "/send",
            "key": "Bearer very-secret",
            "body": {
                "phone": "13800000001",
                "signature": "田间课堂",
                "template_id": "sign-in-code",
                "variables": {"code": "123456"},
            },
        }
    ]
    assert not any(secret in caplog.text for secret in ("very-secret", "123456", "13800000001"))


@pytest.mark.parametrize(
    ("answer", "permanent", "perhaps_sent"),
    [
        ((400, b"{}"), True, False),
        ((429, b"{}"), False, False),
        ((503, b"{}"), False, True),
        ((200, b"not json"), False, True),
        ((200, b"[]"), True, False),
        ((200, b'{"accepted": false}'), True, False),
    ],
)
def test_http_says_whether_a_failure_is_permanent_and_whether_it_may_have_been_sent(
    gateway: type[Gateway], answer: tuple[int, bytes], permanent: bool, perhaps_sent: bool
) -> None:
    gateway.answer = answer

    with pytest.raises(sms.SmsFailed) as failure:
        sms.send(MESSAGE)

    assert (failure.value.permanent, failure.value.perhaps_sent) == (permanent, perhaps_sent)
    assert "123456" not in str(failure.value)


def test_a_provider_that_hears_and_never_answers_may_have_sent(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SMS_BACKEND, settings.SMS_HTTP_KEY = "http", "x"
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings.SMS_HTTP_ADDRESS = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        with pytest.raises(sms.SmsFailed) as failure:
            sms.send(MESSAGE)

    assert (failure.value.permanent, failure.value.perhaps_sent) == (False, True)


def test_a_provider_that_cannot_be_reached_has_not_sent(settings: Any) -> None:
    settings.SMS_BACKEND, settings.SMS_HTTP_KEY = "http", "x"
    settings.SMS_HTTP_ADDRESS = "http://127.0.0.1:9/"

    with pytest.raises(sms.SmsFailed) as failure:
        sms.send(MESSAGE)

    assert (failure.value.permanent, failure.value.perhaps_sent) == (False, False)


def test_a_provider_that_is_away_is_no_dead_end(db: None, settings: Any) -> None:
    settings.SMS_BACKEND, settings.SMS_HTTP_ADDRESS = "http", "http://127.0.0.1:9/"
    for _time in range(2):
        with pytest.raises(NotSent):
            send_code("13800000001", address="192.0.2.1", at=timezone.now())

    assert list(SentMessage.objects.values_list("accepted", flat=True)) == [False, False]


def test_file_stands_for_the_phones_of_the_demo(settings: Any, tmp_path: Path) -> None:
    settings.SMS_BACKEND, settings.SMS_FILE = "file", tmp_path / "new" / "sms.log"
    sms.send(MESSAGE)
    sms.send(MESSAGE)

    lines = [json.loads(line) for line in settings.SMS_FILE.read_text(encoding="utf-8").splitlines()]
    assert [(line["to"], line["text"]) for line in lines] == [(MESSAGE.number, MESSAGE.text)] * 2
    assert settings.SMS_FILE.stat().st_mode & 0o077 == 0


def test_console_prints(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SMS_BACKEND = "console"
    sms.send(MESSAGE)

    assert MESSAGE.text in capsys.readouterr().out


@pytest.mark.parametrize(
    ("backend", "address", "faults"),
    [("file", "", ["people.E001"]), ("http", "http://a", ["people.E002"]), ("http", "https://a", [])],
)
def test_production_needs_a_real_provider(settings: Any, backend: str, address: str, faults: list[str]) -> None:
    settings.SMS_BACKEND, settings.SMS_HTTP_ADDRESS = backend, address

    found = run_checks(tags=["security"], include_deployment_checks=True)

    assert [fault.id for fault in found if fault.id and fault.id.startswith("people.")] == faults


def test_a_short_key_for_reports_of_delivery_is_refused_in_production(settings: Any) -> None:
    settings.SMS_BACKEND, settings.SMS_HTTP_ADDRESS = "http", "https://a"
    settings.SMS_HTTP_DELIVERY_KEY = "short"

    found = run_checks(tags=["security"], include_deployment_checks=True)

    assert [fault.id for fault in found if fault.id and fault.id.startswith("people.")] == ["people.E003"]
