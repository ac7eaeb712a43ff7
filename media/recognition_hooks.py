"""Registration of what recognition has in the Wagtail admin; wagtail_hooks imports it."""

from django.urls import URLPattern, path
from wagtail import hooks

from media.views import recognition
from media.viewsets.wording import (
    GlossaryViewSet,
    SensitiveWordViewSet,
    glossary_viewset,
    sensitive_words_viewset,
)


@hooks.register("register_admin_viewset")
def register_wording() -> list[GlossaryViewSet | SensitiveWordViewSet]:
    return [glossary_viewset, sensitive_words_viewset]


@hooks.register("register_admin_urls")
def register_recognition_pages() -> list[URLPattern]:
    return [path("recordings/<str:code>/cancel-recognition/", recognition.cancel, name="media_cancel_recognition")]
