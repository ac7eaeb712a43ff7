"""The web server of production, for containers, systemd and the production walk of the tests alike."""

import os

bind = os.environ.get("WEB_BIND", "127.0.0.1:8100")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 300  # a recording may take minutes to arrive over a village line
graceful_timeout = 30
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
