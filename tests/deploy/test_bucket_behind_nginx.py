"""The bytes of a bucket go to the visitor through nginx, who never learns where they lie."""

import http.client
import http.server
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from lms.lib.files import stored
from tests.deploy.production import HOST, nginx_command
from tests.machine import free_port

pytestmark = [pytest.mark.nginx]
BYTES = bytes(range(256)) * 40
NAME = "recordings/one/240p-00000.m4s"
KIND = "video/iso.segment"


@pytest.fixture
def port(bucket: dict[str, str], tmp_path: Path) -> Iterator[int]:
    """nginx over the bucket, before a web server that names one file, and another that is not there."""
    stored().save(NAME, ContentFile(BYTES))
    addresses = {"/there": stored().inner_address(NAME, KIND), "/gone": stored().inner_address("recordings/none", KIND)}

    class Names(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", KIND)
            self.send_header("Cache-Control", "private, max-age=86400, immutable")
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("X-Accel-Redirect", addresses[self.path])
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *arguments: Any) -> None:
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Names)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    port = free_port()
    command = nginx_command(
        tmp_path,
        port=port,
        upstream=f"127.0.0.1:{web.server_port}",
        files=str(tmp_path),
        bucket=bucket["S3_ENDPOINT"],
    )
    nginx = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and nginx.poll() is None:
            try:
                ask(port, "/there")
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        nginx.terminate()
        nginx.wait(20)
        web.shutdown()
        web.server_close()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers={"Host": HOST, **headers})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_bytes_ranges_and_heads_of_a_bucket_come_through_nginx(port: int, bucket: dict[str, str]):
    cookie = {"Cookie": "sessionid=secret", "Authorization": "Basic c2VjcmV0"}

    status, headers, body = ask(port, "/there", **cookie)
    part = ask(port, "/there", Range="bytes=10-99")
    head = ask(port, "/there", method="HEAD")

    assert (status, body) == (200, BYTES)
    assert (headers["content-type"], headers["cache-control"]) == (KIND, "private, max-age=86400, immutable")
    assert (part[0], part[2], part[1]["content-range"]) == (206, BYTES[10:100], f"bytes 10-99/{len(BYTES)}")
    assert (head[0], head[2], head[1]["content-length"]) == (200, b"", str(len(BYTES)))
    assert not [name for name in headers if name.startswith("x-amz") or name == "x-accel-redirect"]
    assert bucket["S3_BUCKET"] not in str(headers)


def test_a_file_that_is_not_there_is_missing_and_says_nothing_of_the_bucket(port: int, bucket: dict[str, str]):
    status, _headers, body = ask(port, "/gone")

    assert status == 404
    assert bucket["S3_BUCKET"].encode() not in body
    assert b"<Error>" not in body


def test_a_visitor_cannot_ask_the_bucket_herself(port: int, bucket: dict[str, str]):
    status, _headers, body = ask(port, f"/_bucket/{bucket['S3_BUCKET']}/{NAME}")

    assert status == 404
    assert BYTES not in body
