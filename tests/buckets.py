"""A server that speaks S3, on a port of its own: the files of a test lie in a new bucket there.

OpenStack Swift where Debian's `python3-swift` is installed (.ci/run does), else moto's imitation.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

SWIFT = Path("/usr/lib/python3/dist-packages/swift/proxy/server.py")
_numbers = count(1)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    yield from _swift(tmp_path_factory.mktemp("swift")) if SWIFT.exists() else _moto()


def _swift(folder: Path) -> Iterator[str]:
    command = ["/usr/bin/python3", str(Path(__file__).with_name("s3_server.py")), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.stdin.close()  # it ends with its input


def _moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # a second that most processes of the suite do without

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_environment(s3_server: str) -> dict[str, str]:
    """What a process is told to keep its files in a new, empty bucket."""
    told = {
        "S3_BUCKET": f"recordings-{next(_numbers)}",
        "S3_ENDPOINT": s3_server,
        "S3_ACCESS_KEY": "testing:tester",
        "S3_SECRET_KEY": "testing-secret",
        "S3_REGION": "us-east-1",
    }
    client(told).create_bucket(Bucket=told["S3_BUCKET"])
    return told


def client(told: dict[str, str]) -> Any:
    """A client past Django, to see what lies in the bucket."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=told["S3_ENDPOINT"],
        aws_access_key_id=told["S3_ACCESS_KEY"],
        aws_secret_access_key=told["S3_SECRET_KEY"],
        region_name=told["S3_REGION"],
    )


def names_in(told: dict[str, str]) -> list[str]:
    """What lies in the bucket."""
    return [found["Key"] for found in client(told).list_objects_v2(Bucket=told["S3_BUCKET"]).get("Contents", [])]


@pytest.fixture
def bucket(s3_environment: dict[str, str], settings: Any) -> dict[str, str]:
    """The storage of this test is a new bucket."""
    options = {
        "bucket_name": s3_environment["S3_BUCKET"],
        "endpoint_url": s3_environment["S3_ENDPOINT"],
        "access_key": s3_environment["S3_ACCESS_KEY"],
        "secret_key": s3_environment["S3_SECRET_KEY"],
        "region_name": s3_environment["S3_REGION"],
    }
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "lms.lib.s3.S3Storage", "OPTIONS": options}}
    return s3_environment
