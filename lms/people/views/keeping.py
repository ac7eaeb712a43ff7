"""Settings of the site and of this phone: who is kept on it by name, and where one is signed in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lms.people.domain.ending import end_session, end_sessions, forget_session, sessions_of
from lms.people.domain.keeping import (
    NotKept,
    choose_picture,
    enter,
    keep,
    kept_on,
    may_be_kept,
    new_phone,
    stay_here_alone,
    take_off,
    take_off_everywhere,
)
from lms.people.enums import Picture
from lms.people.gates import safe_next
from lms.people.models import KeptAccount, Person
from lms.people.models.phones import KEPT_AT_MOST
from lms.people.views.common import (
    CHOSEN_BY_NAME,
    code_needed,
    person_of,
    remember_choices,
    renew_session,
    sign_in_person,
)

# Sent to the pages of accounts alone.
PHONE_COOKIE, PHONE_PATH = "kept_phone", "/account/"
LONGEST_NUMBER = 18


def _phone(request: HttpRequest) -> str:
    """The random number of this phone, as it was given out and signed; empty where there is none."""
    seconds = int(KEPT_AT_MOST.total_seconds())
    return str(request.get_signed_cookie(PHONE_COOKIE, default="", salt=PHONE_COOKIE, max_age=seconds) or "")


def remember_phone(response: HttpResponse, phone: str) -> None:
    """The phone holds its number from now on, for half a year at most."""
    response.set_signed_cookie(
        PHONE_COOKIE,
        phone,
        salt=PHONE_COOKIE,
        max_age=int(KEPT_AT_MOST.total_seconds()),
        path=PHONE_PATH,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


def _row(request: HttpRequest, name: str) -> int:
    """The number of a row that the form names; 0, which no row has, where it is none."""
    sent = request.POST.get(name, "")
    return int(sent) if sent.isdecimal() and len(sent) <= LONGEST_NUMBER else 0


def people_on(request: HttpRequest) -> list[KeptAccount]:
    """Who can be chosen by name on this phone."""
    return kept_on(_phone(request), at=timezone.now())


def stay_on_phone(response: HttpResponse, request: HttpRequest, person: Person) -> HttpResponse:
    """The person, who has just shown a code, can be chosen by name here from now on; else a message says why not."""
    phone = _phone(request) or new_phone()
    try:
        keep(person, phone, at=timezone.now())
    except NotKept as error:
        messages.warning(request, str(error))
    else:
        remember_phone(response, phone)
    return response


@never_cache
def switch(request: HttpRequest) -> HttpResponse:
    """Who is learning: the people kept on this phone, by picture and name. Choosing one ends the other's session."""
    target = safe_next(request, "/")
    people = people_on(request)
    if request.method == "POST" and "off" in request.POST:
        if take_off(_phone(request), _row(request, "off")):
            messages.success(request, _("The name was taken off this phone. The account itself is as it was."))
        return redirect(request.get_full_path())
    if request.method == "POST":
        try:
            person = enter(_phone(request), _row(request, "kept"), at=timezone.now())
        except NotKept as error:
            messages.warning(request, str(error))
            return redirect("people:sign_in")
        if request.user != person:
            forget_session(str(request.session.session_key or ""))
            request.session.flush()
            sign_in_person(request, person)
            request.session[CHOSEN_BY_NAME] = True
        return remember_choices(redirect(target), request, person)
    return render(request, "people/switch.html", {"people": people, "next": target})


@never_cache
def site_settings(request: HttpRequest) -> HttpResponse:
    """Letters and language for everybody; whoever is signed in also sees this phone and her other ones."""
    if not request.user.is_authenticated:
        return render(request, "people/settings.html")
    person, now = person_of(request), timezone.now()
    people = people_on(request)
    return render(
        request,
        "people/settings.html",
        {
            "kept": next((each for each in people if each.person_id == person.pk), None),
            "others": [each for each in people if each.person_id != person.pk],
            "may_stay": may_be_kept(person, at=now),
            "pictures": Picture.choices,
            "sessions": sessions_of(person, at=now),
            "here": request.session.session_key,
            "kept_elsewhere": KeptAccount.objects.alive(now).filter(person=person).count(),
        },
    )


@require_POST
@login_required
@code_needed
def stay(request: HttpRequest) -> HttpResponse:
    """Keep my name on this phone, take it off, or choose another picture."""
    person, response = person_of(request), redirect("people:settings")
    wanted = request.POST.get("stay", "")
    mine = next((each for each in people_on(request) if each.person_id == person.pk), None)
    if wanted == "no" and mine:
        take_off(_phone(request), mine.pk)
        messages.success(request, _("Your name does not stand on this phone any more."))
    elif wanted in Picture.values and mine:
        choose_picture(person, _phone(request), wanted)
    elif wanted == "yes" and mine is None:
        return stay_on_phone(response, request, person)
    return response


@require_POST
@login_required
@code_needed
def end(request: HttpRequest) -> HttpResponse:
    """Sign me out on one of my devices, or on all but this one."""
    person, response = person_of(request), redirect("people:settings")
    if request.POST.get("session") == "all":
        end_sessions(person, but=str(request.session.session_key))
        renew_session(request, person)
        if phone := _phone(request):
            remember_phone(response, stay_here_alone(person, phone))
        else:
            take_off_everywhere(person)
        messages.success(request, _("You are signed out everywhere but here."))
    elif end_session(person, _row(request, "session")):
        messages.success(request, _("That device is signed out."))
    return response
