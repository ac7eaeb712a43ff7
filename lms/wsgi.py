"""The WSGI entry that a web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")
application = get_wsgi_application()

from lms.tools.guard import refuse_unsafe_start  # noqa: E402  (models are loaded only now)

refuse_unsafe_start()
