"""What the pages of people share."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms.lib.encryption import DecryptionFailed, decrypt, encrypt
from lms.people.backends.addresses import client_address
from lms.people.domain.ending import device_kind, forget_session, note_session
from lms.people.domain.signing_in import NotSent, TooMany, WrongCode, check_code, send_code
from lms.people.models import Person

BACKEND = "django.contrib.auth.backends.ModelBackend"
DRAFT_SECONDS = 30 * 60
# In a session that began by choosing a name on a phone, without a code.
CHOSEN_BY_NAME = "chosen_by_name"
# The cookie, and the field of the form.
SAVING_DATA = "saves_data"


class Draft:
    """What was said on the way through several screens, kept encrypted in the session for half an hour.

    A phone, a name and a year of birth stand in it; the session table holds none of them in clear.
    """

    def __init__(self, request: HttpRequest, name: str) -> None:
        self._request = request
        self._name = f"draft_{name}"
        self.said: dict[str, Any] = {}
        try:
            self.said = json.loads(decrypt(request.session.get(self._name, ""), self._name))
        except DecryptionFailed:
            return
        if timezone.now().timestamp() - self.said.get("at", 0) > DRAFT_SECONDS:
            self.clear()

    def say(self, **said: Any) -> None:
        """Add to the draft."""
        self.said.update(said, at=timezone.now().timestamp())
        self._request.session[self._name] = encrypt(json.dumps(self.said), self._name)

    def clear(self) -> None:
        self.said = {}
        self._request.session.pop(self._name, None)

    def __getitem__(self, key: str) -> Any:
        return self.said.get(key)


def person_of(request: HttpRequest) -> Person:
    """The signed-in person, on pages that a gate or `login_required` stands before."""
    return cast(Person, request.user)


def sent_code(request: HttpRequest, form: forms.Form) -> str:
    """The number in the form, once a code was sent to it; empty before, and where the form says why it was not."""
    if request.method != "POST" or not form.is_valid():
        return ""
    phone = str(form.cleaned_data["phone"])
    try:
        send_code(phone, address=client_address(request), at=timezone.now())
    except (TooMany, NotSent) as error:
        form.add_error("phone", str(error))
        return ""
    return phone


def proved_code(request: HttpRequest, form: forms.Form, phone: str) -> bool:
    """Whether the code in the form is the one that was sent to the number; if not, the error is on the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        check_code(phone, form.cleaned_data["code"], address=client_address(request), at=timezone.now())
    except (WrongCode, TooMany) as error:
        form.add_error("code", str(error))
        return False
    return True


def show_form(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str,
    lead: str = "",
    template: str = "people/form.html",
    **more: Any,
) -> HttpResponse:
    """One form on a page of its own: a title, a sentence, the fields, one button."""
    return render(request, template, {"form": form, "title": title, "lead": lead, "button": button, **more})


def sign_in_person(request: HttpRequest, person: Person) -> None:
    """Begin the person's session under a new key, and note where she is signed in."""
    login(request, person, backend=BACKEND)
    request.session.pop(CHOSEN_BY_NAME, None)
    note_this_session(request, person)


def note_this_session(request: HttpRequest, person: Person) -> None:
    """Under the key that the session has now."""
    if not request.session.session_key:
        request.session.create()
    device = device_kind(request.headers.get("User-Agent", ""))
    note_session(person, str(request.session.session_key), device=device, at=timezone.now())


def renew_session(request: HttpRequest, person: Person) -> None:
    """This session goes on under a new key, whatever became of the person's others."""
    forget_session(str(request.session.session_key))
    update_session_auth_hash(request, person)
    note_this_session(request, person)


def ask_for_code(request: HttpRequest) -> HttpResponse:
    """To the sign-in page with a number, and back afterwards; what was sent has to be sent again."""
    messages.info(request, _("For this we need a code: it shows that it is you and not somebody else of your phone."))
    back = request.path if request.method == "GET" else reverse("people:settings")
    return redirect(f"{reverse('people:sign_in')}?{urlencode({'next': back, 'number': 'yes'})}")


def code_needed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What nobody should do or read who merely holds the phone: whoever was chosen by name shows a code first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return ask_for_code(request) if request.session.get(CHOSEN_BY_NAME) else view(request, *args, **kwargs)

    return guarded


def remember_choices(response: HttpResponse, request: HttpRequest, person: Person) -> HttpResponse:
    """On a new phone the language and the letters are as the person chose them elsewhere."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and person.language != get_language():
        set_choice(response, settings.LANGUAGE_COOKIE_NAME, person.language)
    if "elder_mode" not in request.COOKIES and person.elder_mode:
        set_choice(response, "elder_mode", "on")
    if SAVING_DATA not in request.COOKIES and person.saves_data:
        set_choice(response, SAVING_DATA, "on")
    return response


def saves_data(request: HttpRequest) -> bool:
    """Whether whoever asks chose to save data: on this phone, else wherever she is signed in."""
    chosen = request.COOKIES.get(SAVING_DATA)
    return chosen == "on" if chosen in ("on", "off") else bool(getattr(request.user, "saves_data", False))


def set_choice(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )
