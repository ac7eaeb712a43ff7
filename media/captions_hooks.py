"""Registration of the captions' pages in the Wagtail admin; wagtail_hooks imports it."""

from django.urls import URLPattern, path
from wagtail import hooks

from media.views import captions


@hooks.register("register_admin_urls")
def register_caption_pages() -> list[URLPattern]:
    return [
        path("recordings/<str:code>/captions/", captions.review, name="media_captions"),
        path(
            "recordings/<str:code>/captions/<str:language>-<int:version>.vtt",
            captions.download,
            name="media_captions_file",
        ),
    ]
