"""A newcomer's machine and the demo: keys are made once under var/, nothing needs to be set."""

from lms.settings.keys import load_or_make_keys

from .base import *

DEBUG = env.flag("DEBUG", True)
ALLOWED_HOSTS = ["*"] if DEBUG else ["127.0.0.1", "localhost"]
SECRET_KEY, FIELD_KEYS, SEALING_KEY = load_or_make_keys(VAR_DIR / "keys")
DEMO = env.flag("DEMO", False)
if DEMO:
    INSTALLED_APPS = [*INSTALLED_APPS, "lms.demo"]
    PAPER_SPECIMEN = True
SMS_BACKEND = env.text("SMS_BACKEND", "file")
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Without DEBUG too, static files come straight from their folders; nothing needs collecting.
WHITENOISE_USE_FINDERS = True
if env.flag("TASKS_IMMEDIATE", False):
    # The demo's history is made under a moved clock; its consequences must not wait for a worker with another one.
    TASKS = {"default": {**TASKS["default"], "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
