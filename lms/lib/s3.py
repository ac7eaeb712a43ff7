"""Files in a bucket that speaks S3: a cloud's, or a server of one's own. Needs the extra `s3`.

A file becomes visible whole or not at all, because a PUT does. What botocore calls by many names is raised as
StorageFailed, so that callers treat a bucket out of reach like a disk that is full.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends import s3

from lms.lib.files import CHUNK, StorageFailed, StoredFile

# A recording has hundreds of small segments: sent one by one, the way there and back would be most of the time.
AT_ONCE = 8
# nginx uses a signed address at once; learners never see it.
INNER_SECONDS = 60
_DELETED_AT_ONCE = 1000


@contextmanager
def _plainly(name: str = "") -> Iterator[None]:
    """Raise what botocore raises as FileNotFoundError or StorageFailed."""
    try:
        yield
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            raise FileNotFoundError(f"Not in the bucket: {name}") from error
        raise StorageFailed(f"The bucket refused: {error}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise StorageFailed(f"The bucket cannot be reached: {error}") from error


def _with_md5(params: dict[str, Any], **_told: Any) -> None:
    """What S3 asked for with a list of deletions before there were other checksums; Swift and others insist on it."""
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()


class S3Storage(s3.S3Storage):
    """A bucket of its own for this site; names never collide with an object that is there already."""

    is_here = False

    def __init__(self, **options: Any) -> None:
        config = Config(
            s3={"addressing_style": options.pop("addressing_style", None) or "path"},
            signature_version="s3v4",
            connect_timeout=10,
            read_timeout=60,
            retries={"max_attempts": 4, "mode": "standard"},
            max_pool_connections=2 * AT_ONCE,
            # Servers older than these checksums refuse them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(
            **{
                "client_config": config,
                "transfer_config": TransferConfig(max_concurrency=AT_ONCE),
                "file_overwrite": False,
                "max_memory_size": 4 << 20,
                **options,
            }
        )

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def exists(self, name: str) -> bool:
        with _plainly(name):
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with _plainly(name):
            return int(super().size(name))

    def delete(self, name: str) -> None:
        with _plainly(name):
            super().delete(name)

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _plainly(name):
            return super()._open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        with _plainly(name):
            return str(super()._save(name, content))

    def walk(self, folder: str = "") -> Iterator[StoredFile]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name, Prefix=folder)
        with _plainly(folder):
            for page in pages:
                for found in page.get("Contents", ()):
                    yield StoredFile(found["Key"], found["Size"], found["LastModified"])

    def fetch(self, name: str, target: Path) -> Path:
        with _plainly(name):
            self._client.download_file(self.bucket_name, name, str(target), Config=self.transfer_config)
        return target

    def take(self, path: Path, name: str) -> str:
        self._put(self._client, path, name)
        path.unlink()
        return name

    def _put(self, client: Any, path: Path, name: str) -> None:
        told = self._get_write_parameters(name)
        with _plainly(name):
            client.upload_file(str(path), self.bucket_name, name, ExtraArgs=told, Config=self.transfer_config)

    def take_folder(self, folder: Path, name: str) -> None:
        client = self._client
        with ThreadPoolExecutor(AT_ONCE) as pool:
            sent = [pool.submit(self._put, client, path, f"{name}/{path.name}") for path in folder.iterdir()]
            try:
                for one in sent:
                    one.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def delete_folder(self, name: str) -> None:
        names = [file.name for file in self.walk(f"{name}/")]
        self._client.meta.events.register("before-call.s3.DeleteObjects", _with_md5, unique_id="with-md5")
        with _plainly(name):
            for start in range(0, len(names), _DELETED_AT_ONCE):
                objects = [{"Key": key} for key in names[start : start + _DELETED_AT_ONCE]]
                self._client.delete_objects(Bucket=self.bucket_name, Delete={"Objects": objects, "Quiet": True})

    def read(self, name: str, first: int, length: int) -> Iterator[bytes]:
        if length <= 0:
            return
        with _plainly(name):
            asked = f"bytes={first}-{first + length - 1}"
            body = self._client.get_object(Bucket=self.bucket_name, Key=name, Range=asked)["Body"]
            with body:
                yield from body.iter_chunks(CHUNK)

    def free_bytes(self) -> int | None:
        return None

    def inner_address(self, name: str, kind: str) -> str:
        asked = {"Bucket": self.bucket_name, "Key": name, "ResponseContentType": kind}
        signed = urlsplit(self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=INNER_SECONDS))
        return f"{settings.S3_INTERNAL_PREFIX.rstrip('/')}{signed.path}?{signed.query}"

    def abandoned_uploads(self, before: datetime) -> list[tuple[str, str]]:
        """(name, upload id) of what was begun before the moment and never finished; it costs room and shows nowhere."""
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket_name)
        with _plainly():
            return [
                (begun["Key"], begun["UploadId"])
                for page in pages
                for begun in page.get("Uploads", ())
                if begun["Initiated"] < before
            ]

    def abort_upload(self, name: str, upload_id: str) -> None:
        with _plainly(name):
            self._client.abort_multipart_upload(Bucket=self.bucket_name, Key=name, UploadId=upload_id)
