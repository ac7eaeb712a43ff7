"""Registration in the Wagtail admin."""

from wagtail import hooks

from media import captions_hooks, recognition_hooks  # noqa: F401  (they register themselves)
from media.viewsets.recordings import RecordingsViewSet, recordings_viewset


@hooks.register("register_admin_viewset")
def register_recordings() -> RecordingsViewSet:
    return recordings_viewset
