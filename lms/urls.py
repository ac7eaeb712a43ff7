"""Every address of the site; this is the top floor and may know everything."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import TemplateView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from lms.reports.log.views import log as audit_log
from lms.reports.seals.views import seals, seals_file
from lms.styleguide import styleguide
from lms.worker import service_worker


def healthz(request: HttpRequest) -> HttpResponse:
    """Plain "ok" once the database has answered."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz),
    path("sw.js", service_worker, name="service_worker"),
    path("help/", TemplateView.as_view(template_name="help.html"), name="help"),
    path("about/", TemplateView.as_view(template_name="about.html"), name="about"),
    path("catalogue/", include("courses.site_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("account/", include("lms.people.urls")),
    path("messages/", include("lms.notices.urls")),
    path("staff/audit-log/", audit_log, name="audit_log"),
    path("staff/seals/", seals, name="seals"),
    path("staff/seals/file/", seals_file, name="seals_file"),
    path("staff/", include("lms.people.staff_urls")),
    path("files/", include("media.urls")),
    path("studio/", include("lms.learning.studio_urls")),  # before the codes of recordings
    path("studio/", include("media.studio_urls")),
    path("studio/", include("courses.studio_urls")),
    path("learn/", include("lms.learning.urls")),
    path("hours/", include("lms.credits.urls")),
    path("verify/", include("lms.credits.verify_urls")),
    path("badges/", include("lms.interop.urls")),
    path("desk/", include("lms.reports.urls")),
    path("search/", include("search.urls")),
    path("k/", include("courses.link_urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *([path("demo/", include("lms.demo.urls"))] if settings.DEMO else []),
    *([path("styleguide/", styleguide)] if settings.DEBUG or settings.DEMO else []),
    path("", include(wagtail_urls)),
]
