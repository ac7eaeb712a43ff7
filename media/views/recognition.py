"""What people do about a recognition in progress."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.lib.durations import beijing_day
from lms.people.views.common import person_of
from media.domain.transcribing import cancel_recognition
from media.policies import may_manage, videos_visible_to


@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Do without recognition: the recording is ready, its captions are typed or uploaded."""
    today = beijing_day(timezone.now())
    video = get_object_or_404(videos_visible_to(request.user, on=today), code=code)
    if not may_manage(request.user, video, on=today):
        raise PermissionDenied
    if cancel_recognition(video, by=person_of(request), at=timezone.now()):
        messages.success(request, _("Recognition was cancelled. The captions can be typed or uploaded now."))
    else:
        messages.warning(request, _("There was nothing to cancel: recognition is over or has not been reached."))
    return redirect("media_recordings:show", code)
