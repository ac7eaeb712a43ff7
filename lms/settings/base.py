"""Settings shared by every way of running Tianjian; what differs is read from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from django.utils.translation import gettext_lazy as _

from lms.lib import env
from lms.settings.roles import ROLE_PERMISSIONS as ROLE_PERMISSIONS

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = env.folder("TIANJIAN_VAR", BASE_DIR / "var")

DEBUG = False
# Production refuses to start with debugging, the demo world or foreign keys: lms/tools/guard.py.
GUARD_START = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "lms.audit",
    "lms.people",
    "lms.notices",
    "media",
    "courses",
    "lms.approvals",
    "lms.learning",
    "lms.programmes",
    "lms.credits",
    "lms.reports",
    "lms.interop",
    "search",
    "lms.tools",
    "wagtail.contrib.settings",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.users",
    "wagtail.sites",
    "wagtail.embeds",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "lms.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms.middleware.UnchangedPageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.middleware.ChosenLanguageMiddleware",
    "lms.middleware.RowNumberMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "lms.people.middleware.StaffGateMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lms.people.middleware.MergedAccountMiddleware",
    "lms.middleware.NotAllowedPageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "courses.middleware.NotPublishableMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "lms" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "lms.context.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# SQLite: see "Traps already seen" in lms/docs/architecture.md. Reports must be durable, hence synchronous FULL.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; "
    "PRAGMA foreign_keys=ON;",
}
# Sums over a whole province look so costly to PostgreSQL that it compiles them: that takes seconds and saves none.
# Whoever asked and was ended meanwhile gets no answer: PostgreSQL looks every few seconds whether he is still there.
POSTGRESQL_OPTIONS = {"options": "-c jit=off -c client_connection_check_interval=5s"}
DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}"), conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"]["OPTIONS"] = POSTGRESQL_OPTIONS | DATABASES["default"].get("OPTIONS", {})

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "login_code"]},
    },
    {"NAME": "lms.people.validators.PasswordKindsValidator"},
]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Minutes a staff session may stand idle, and how long a second factor stays fresh (POLICY 4.2).
STAFF_IDLE_MINUTES = 15

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# What was typed as a login code may be a phone: axes keeps its keyed index.
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "lms.people.gates.username_index"
AXES_CLIENT_IP_CALLABLE = "lms.people.backends.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "lms.people.gates.locked_out"
# How many reverse proxies of ours stand before the site; the caller's address is counted from them.
PROXY_COUNT = env.integer("PROXY_COUNT", 0)

OTP_TOTP_ISSUER = "田间课堂"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
# Days are Beijing's for everybody, so the admin does not offer other time zones.
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
# The second holds what the packages leave in English: lms/tools/package_texts.py.
LOCALE_PATHS = [BASE_DIR / "lms" / "locale", BASE_DIR / "lms" / "locale" / "packages"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "lms" / "static", BASE_DIR / "lms" / "static_build"]
# What is named after its content may be kept for a year: by Django's hash, or in chunks/ by Vite's.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(.+\.[0-9a-f]{12}\.\w+|chunks/[\w.-]+-[\w-]{8}\.\w+)$"
# `media` is a package of ours, so uploads live elsewhere and are served under /files/.
MEDIA_ROOT = env.folder("MEDIA_ROOT", VAR_DIR / "files")
MEDIA_URL = "/files/public/"
# Files lie in MEDIA_ROOT, or in a bucket where S3_BUCKET is set; then MEDIA_ROOT holds working folders only.
S3_BUCKET = env.text("S3_BUCKET", "")
S3_STORAGE: dict[str, Any] = {
    "BACKEND": "lms.lib.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": env.text("S3_ENDPOINT", "") or None,
        "region_name": env.text("S3_REGION", "") or None,
        "access_key": env.text("S3_ACCESS_KEY", "") or None,
        "secret_key": env.text("S3_SECRET_KEY", "") or None,
        "addressing_style": env.text("S3_ADDRESSING", "path"),
    },
}
# Where nginx fetches signed addresses of the bucket; internal, as MEDIA_INTERNAL_PREFIX is.
S3_INTERNAL_PREFIX = env.text("S3_INTERNAL_PREFIX", "/_bucket/")
STORAGES: dict[str, Any] = {
    "default": S3_STORAGE if S3_BUCKET else {"BACKEND": "lms.lib.files.DiskStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
# A quiz in the editor sends some forty fields for each question.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "media", "media-long", "search"],
        "ENQUEUE_ON_COMMIT": True,
    }
}

WAGTAIL_SITE_NAME = "田间课堂"
WAGTAILADMIN_BASE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_USAGE_COUNT_ENABLED = True
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
# An OpenSearch server instead of the site's own database: https://user:password@host:9200.
SEARCH_SERVER = env.text("SEARCH_SERVER", "")
WAGTAILSEARCH_BACKENDS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "search.backends"}}
if SEARCH_SERVER:
    WAGTAILSEARCH_BACKENDS["default"] = {
        "BACKEND": "search.backends.opensearch",
        "URLS": [SEARCH_SERVER],
        "INDEX_PREFIX": "tianjian_",
        "TIMEOUT": 5,
    }
# Lessons and courses go online after three reviews only; off for a station with a single trainer. What came back
# changed is read again by all three.
REVIEW_BEFORE_PUBLISHING = env.flag("REVIEW_BEFORE_PUBLISHING", True)
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAILDOCS_SERVE_METHOD = "serve_view"
TAGGIT_CASE_INSENSITIVE = True

# Recordings
WHISPER_MODEL = env.text("WHISPER_MODEL", "small")
TRANSCRIBE_BACKEND = env.text("TRANSCRIBE_BACKEND", "whisper")
MEDIA_THREADS = env.integer("MEDIA_THREADS", 2)
MEDIA_NICENESS = env.integer("MEDIA_NICENESS", 10)
MEDIA_MEMORY_MB = env.integer("MEDIA_MEMORY_MB", 4000)
MEDIA_MAX_UPLOAD_MB = env.integer("MEDIA_MAX_UPLOAD_MB", 4096)
MEDIA_MAX_PIXELS = env.integer("MEDIA_MAX_PIXELS", 36_000_000)
# All pictures of a recording together: seven hours of 1080p at 30 a second, or 1.7 hours of 4K.
MEDIA_MAX_GIGAPIXELS = env.integer("MEDIA_MAX_GIGAPIXELS", 1500)
MEDIA_MAX_SECONDS = env.integer("MEDIA_MAX_SECONDS", 6 * 3600)
MEDIA_MAX_RUN_SECONDS = env.integer("MEDIA_MAX_RUN_SECONDS", 12 * 3600)
MEDIA_STALL_SECONDS = env.integer("MEDIA_STALL_SECONDS", 180)
# The largest picture that is made, by its short side: less takes less room and time, and is coarse on large screens.
MEDIA_HIGHEST_VARIANT = int(env.choice("MEDIA_HIGHEST_VARIANT", "720", ("240", "360", "480", "720")))
# An upload that stays unfinished so long is given up.
MEDIA_UPLOAD_DAYS = env.integer("MEDIA_UPLOAD_DAYS", 7)
# Free space that receiving and converting leave alone.
MEDIA_RESERVE_MB = env.integer("MEDIA_RESERVE_MB", 200)
# How often a stage is tried, how long a silent worker counts as alive, and how often the sweeper looks.
MEDIA_ATTEMPTS = env.integer("MEDIA_ATTEMPTS", 4)
MEDIA_STALE_SECONDS = env.integer("MEDIA_STALE_SECONDS", 120)
MEDIA_SWEEP_SECONDS = env.integer("MEDIA_SWEEP_SECONDS", 15)
# Recordings up to this length never wait behind longer ones, which have a worker process of their own (MEDIA_LANES=2)
# at this much lower priority; with MEDIA_LANES=1 one process works both, short ones first.
MEDIA_SHORT_SECONDS = env.integer("MEDIA_SHORT_SECONDS", 20 * 60)
MEDIA_LANES = env.integer("MEDIA_LANES", 2)
MEDIA_LONG_NICENESS = env.integer("MEDIA_LONG_NICENESS", 9)
# Uploaded files once the recording is ready: "always" kept, until so many days after a lesson with it was "published",
# or until it is "ready". Converting anew and cutting need them.
MEDIA_KEEP_SOURCES = env.choice("MEDIA_KEEP_SOURCES", "always", ("always", "published", "ready"))
MEDIA_KEEP_SOURCE_DAYS = env.integer("MEDIA_KEEP_SOURCE_DAYS", 30)
MEDIA_TRANSCODER = env.text("MEDIA_TRANSCODER", "media.backends.transcode.ffmpeg.FfmpegTranscoder")
MEDIA_ADDRESS_SECONDS = env.integer("MEDIA_ADDRESS_SECONDS", 6 * 3600)
# "django": the web process sends the bytes; "nginx": X-Accel-Redirect to MEDIA_INTERNAL_PREFIX.
MEDIA_SENDER = env.text("MEDIA_SENDER", "django")
MEDIA_INTERNAL_PREFIX = env.text("MEDIA_INTERNAL_PREFIX", "/_files/")
# Texts read aloud for phones without a Chinese voice: by "espeak" (lms/docs/operations.md) or by none; how fast.
SPEAK_BACKEND = env.choice("SPEAK_BACKEND", "espeak", ("espeak", "none"))
SPEAK_WORDS_PER_MINUTE = env.integer("SPEAK_WORDS_PER_MINUTE", 160)
# Whether whoever last changed captions may approve them herself, and how many reports of wrong captions one person,
# or one address where nobody is signed in, may send in an hour.
CAPTIONS_OWN_APPROVAL = env.flag("CAPTIONS_OWN_APPROVAL", False)
CAPTIONS_REPORTS_PER_HOUR = env.integer("CAPTIONS_REPORTS_PER_HOUR", 10)

# Past so many waiting requests a web process sends watch reports away for a few seconds (lms/learning/pressure.py).
REPORTS_WAITING = env.integer("REPORTS_WAITING", 100)
# Whether phones that watched a lesson get a service worker, which hands in what was watched when no page is open; off
# retires it on every phone that has one (lms/worker.py).
SERVICE_WORKER = env.flag("SERVICE_WORKER", True)

# Messages
SMS_BACKEND = env.text("SMS_BACKEND", "console")
SMS_SIGNATURE = env.text("SMS_SIGNATURE", "田间课堂")
SMS_FILE = env.folder("SMS_FILE", VAR_DIR / "sms.log")
SMS_HTTP_ADDRESS = env.text("SMS_HTTP_ADDRESS", "")
SMS_HTTP_KEY = env.text("SMS_HTTP_KEY", "")
# With it the provider signs its reports of what reached a phone; empty, there are none.
SMS_HTTP_DELIVERY_KEY = env.text("SMS_HTTP_DELIVERY_KEY", "")
SMS_TEMPLATE_ID = env.text("SMS_TEMPLATE_ID", "sign-in-code")
# Messages that the whole site sends in a day (Beijing), so that nobody can empty the account with the provider.
SMS_PER_DAY = env.integer("SMS_PER_DAY", 5000, least=1)
# Reminders have a ration of their own, templates of their own, and a price in yuan for what the provider counts as one.
SMS_REMINDERS_PER_DAY = env.integer("SMS_REMINDERS_PER_DAY", 2000, least=0)
SMS_PRICE = env.decimal("SMS_PRICE", "0.05")
SMS_TEMPLATE_COURSE = env.text("SMS_TEMPLATE_COURSE", "course-reminder")
SMS_TEMPLATE_HOURS = env.text("SMS_TEMPLATE_HOURS", "hours-reminder")

# How often one helper or officer may see somebody's name and numbers in full in a day (Beijing).
UNMASKINGS_PER_DAY = env.integer("UNMASKINGS_PER_DAY", 30, least=1)

# Group viewing: how many people a helper ticks by name at one screening and in a day (Beijing), and how many may scan
# at one.
SCREENING_NAMED_MOST = env.integer("SCREENING_NAMED_MOST", 60, least=1)
SCREENING_NAMED_PER_DAY = env.integer("SCREENING_NAMED_PER_DAY", 120, least=1)
SCREENING_SCANNED_MOST = env.integer("SCREENING_SCANNED_MOST", 300, least=1)

# Papers: another font (TTF or OTF) for characters that Noto Serif SC does not hold, and whether 样张 stands across
# them, as it always does in the demo.
PAPER_EXTRA_FONT = env.text("PAPER_EXTRA_FONT", "")
PAPER_SPECIMEN = env.flag("PAPER_SPECIMEN", False)
# Signs Open Badges (32 bytes in hex); derived from SEALING_KEY where none is named.
BADGE_KEY = env.text("BADGE_KEY", "")

# Footer (each is shown when set)
SITE_FOOTER = {
    "host_org": env.text("SITE_HOST_ORG", ""),
    "icp": env.text("SITE_ICP", ""),
    "police": env.text("SITE_POLICE_NUMBER", ""),
    "government_code": env.text("SITE_GOVERNMENT_CODE", ""),
    "phone": env.text("SITE_PHONE", ""),
    "phone_hours": env.text("SITE_PHONE_HOURS", ""),
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail shows its previews in frames of the same site

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "WARNING"}, "wagtail": {"level": "WARNING"}},
}
