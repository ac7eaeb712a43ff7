"""A server on this machine that hands out one file, under the address form of Whisper's official models."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, data: bytes, *args: Any) -> None:
        self.data = data
        super().__init__(*args)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.data)))
        self.end_headers()
        self.wfile.write(self.data)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving(file: Path) -> Iterator[str]:
    """The address of the file; the last but one part is its sha256, which Whisper checks."""
    data = file.read_bytes()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, data))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{hashlib.sha256(data).hexdigest()}/{file.name}"
    finally:
        server.shutdown()
        server.server_close()
