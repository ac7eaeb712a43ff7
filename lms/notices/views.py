"""The message centre: what a person was told, and whether she wants reminders by SMS."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from lms.notices.domain.delivering import note_deliveries
from lms.notices.domain.telling import choose_sms, mark_read
from lms.notices.domain.wording import address_of, shown
from lms.notices.models import Message
from lms.notices.queries import unread_count, wants_sms
from lms.people.backends import sms as provider
from lms.people.backends.addresses import client_address
from lms.people.domain.pacing import take_try
from lms.people.gates import safe_next
from lms.people.views.common import person_of

PAGE_SIZE = 20
# Calls of the provider, and calls that are none of its, from one address.
DELIVERIES_AN_HOUR, STRANGERS_AN_HOUR = 3600, 30


@never_cache
@require_safe
@login_required
def centre(request: HttpRequest) -> HttpResponse:
    """Her messages, newest first. Looking alone marks nothing as read: a phone may load a page nobody looks at."""
    person = person_of(request)
    page = Paginator(Message.objects.of(person), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "shown": [shown(message) for message in page.object_list],
        "unread": unread_count(person),
        "wants_sms": wants_sms(person),
    }
    return render(request, "notices/centre.html", context)


@require_POST
@login_required
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """She has read one, and goes where its button leads if she pressed that.

    A message that is not hers is answered like one that is read already.
    """
    person = person_of(request)
    mark_read(person, message_id=pk, at=timezone.now())
    if "open" in request.POST:
        message = Message.objects.of(person).filter(pk=pk).first()
        return redirect((address_of(message) if message else "") or "/messages/")
    return redirect(safe_next(request, "/messages/"))


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """She has read all of them."""
    mark_read(person_of(request), at=timezone.now())
    return redirect("notices:centre")


@require_POST
@login_required
def sms(request: HttpRequest) -> HttpResponse:
    """Reminders by SMS, yes or no."""
    wanted = request.POST.get("sms") == "yes"
    choose_sms(person_of(request), wanted, at=timezone.now())
    if wanted:
        messages.success(request, _("Reminders come by SMS again."))
    else:
        messages.success(request, _("No more reminders by SMS. They still stand here."))
    return redirect("notices:centre")


def _later() -> HttpResponse:
    return JsonResponse({"accepted": False}, status=429, headers={"Retry-After": "3600"})


@never_cache
@csrf_exempt
@require_POST
def deliveries(request: HttpRequest) -> HttpResponse:
    """What the SMS provider says of messages that it had accepted. Known and unknown ones are answered alike.

    Strangers are counted by address and never in the way of the provider, whose calls are told by their signature.
    """
    at = timezone.now()
    try:
        said = provider.read_deliveries(request.body, request.headers)
    except provider.NotFromProvider:
        stranger = f"address {client_address(request)}"
        if not take_try("sms-stranger", stranger, most=STRANGERS_AN_HOUR, at=at):
            return _later()
        return JsonResponse({"accepted": False}, status=403)
    if not take_try("sms-deliveries", "provider", most=DELIVERIES_AN_HOUR, at=at):
        return _later()
    note_deliveries(said, at=at)
    return JsonResponse({"accepted": True})
