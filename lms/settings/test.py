"""The test suite: fast hashing, a dummy queue, files in a temporary folder, SQLite unless DATABASE_URL differs."""

import tempfile
from pathlib import Path

from .base import *

SECRET_KEY = "tests-only"  # noqa: S105  (no secret: tests)
FIELD_KEYS = {"test1": "11" * 32}
SEALING_KEY = "22" * 32
ALLOWED_HOSTS = ["*"]
DEMO = False
INSTALLED_APPS = [*INSTALLED_APPS, "lms.demo"]
VAR_DIR = Path(tempfile.mkdtemp(prefix="tianjian-test-"))
MEDIA_ROOT = VAR_DIR / "files"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir()
SMS_BACKEND = "dummy"
TRANSCRIBE_BACKEND = env.text("TRANSCRIBE_BACKEND", "dummy")
# Tests of it say "dummy" or "espeak": else every publishing would have its texts spoken.
SPEAK_BACKEND = "none"
SMS_FILE = VAR_DIR / "sms.log"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# The stories' worker processes need the real queue; everything else looks at what was put into a dummy one.
if not env.flag("TASKS_IN_DATABASE", False):
    TASKS = {"default": {**TASKS["default"], "BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
# Processes of the suite share the processor among themselves.
MEDIA_THREADS = env.integer("MEDIA_THREADS", 1)
LOGGING["root"]["level"] = "WARNING"
