"""Production: everything that matters comes from the environment, and a missing value stops the start."""

from .base import *

DEBUG = env.flag("DEBUG", False)
GUARD_START = True
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", env.text("ALLOWED_HOSTS"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", env.text("CSRF_TRUSTED_ORIGINS"))
# FIELD_KEYS: "id1=hex64,id2=hex64"; the last one encrypts, all of them decrypt.
FIELD_KEYS = dict(pair.split("=", 1) for pair in env.words("FIELD_KEYS", env.text("FIELD_KEYS")))
SEALING_KEY = env.text("SEALING_KEY")
DEMO = False

PROXY_COUNT = env.integer("PROXY_COUNT", 1)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31536000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.flag("SECURE_HSTS_PRELOAD", True)
SESSION_COOKIE_SECURE = env.flag("COOKIES_SECURE", True)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SMS_BACKEND = env.text("SMS_BACKEND", "http")
MEDIA_SENDER = env.text("MEDIA_SENDER", "nginx")
