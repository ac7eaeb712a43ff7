"""Registration of the captions' pages in the Wagtail admin; wagtail_hooks imports it."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path
from wagtail import hooks

from media.views import caption_lines, caption_reports, caption_versions, captions
from media.viewsets.caption_tasks import CaptionTasksPanel


@hooks.register("register_admin_urls")
def register_caption_pages() -> list[URLPattern]:
    here = "recordings/<str:code>/captions/"
    return [
        path("caption-reports/", caption_reports.tasks, name="media_caption_reports"),
        path("caption-reports/<int:report_id>/", caption_reports.settle, name="media_caption_report"),
        path(here, captions.review, name="media_captions"),
        path(f"{here}lines/", caption_lines.lines, name="media_caption_lines"),
        path(f"{here}keep/", caption_lines.keep, name="media_caption_keep"),
        path(f"{here}differences/", caption_versions.differences, name="media_caption_differences"),
        path(f"{here}<str:language>-<int:version>.<str:kind>", caption_versions.download, name="media_captions_file"),
    ]


@hooks.register("construct_homepage_panels")
def add_caption_tasks(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(CaptionTasksPanel())
