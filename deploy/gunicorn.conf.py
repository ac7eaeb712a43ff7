"""The web server of production, for containers, systemd and the production walk of the tests alike."""

import os
import threading
from typing import Any

bind = os.environ.get("WEB_BIND", "127.0.0.1:8100")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
timeout = 300  # a recording may take minutes to arrive over a village line
graceful_timeout = 30
# Watch reports come by the thousand in a second: fewer would mean a restart in every half minute of them.
max_requests = 500_000
max_requests_jitter = 50_000
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Let reports know how many requests wait for a thread of this process; have the dictionaries of search at hand."""
    from lms.learning import pressure
    from search.backends.sounds import load_dictionaries

    pressure.waiting = worker.tpool._work_queue.qsize
    # Beside the first requests: a worker that takes another one's place is needed at once.
    threading.Thread(target=load_dictionaries, daemon=True).start()
