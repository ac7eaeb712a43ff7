"""Learners sign in: number, code, and who of those on this phone it is."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lms.people.domain.ending import forget_session
from lms.people.domain.signing_in import (
    TooMany,
    WrongFact,
    check_fact,
    fact_asked,
    note_use,
    reached_on,
)
from lms.people.forms import FactForm, PhoneForm, SignInCodeForm
from lms.people.gates import safe_next
from lms.people.models import Contact
from lms.people.models.contacts import mask_phone
from lms.people.views.common import Draft, proved_code, remember_choices, sent_code, show_form, sign_in_person
from lms.people.views.keeping import people_on, stay_on_phone

DRAFT = "sign_in"


@never_cache
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the number and send a code to it; the answer is the same whether anybody is reached there or not."""
    target = safe_next(request, "/")
    if request.method == "GET" and "number" not in request.GET and people_on(request):
        return redirect(f"{reverse('people:switch')}?{urlencode({'next': target})}")
    form = PhoneForm(request.POST or None)
    if phone := sent_code(request, form):
        draft = Draft(request, DRAFT)
        draft.clear()
        draft.say(phone=phone, next=target)
        return redirect("people:code")
    return show_form(
        request,
        form,
        title=_("Sign in"),
        lead=_("We send a code to your phone. New here? Do the same: you will be signed up."),
        button=_("Get a code"),
        template="people/sign_in.html",
        next=target,
    )


@never_cache
@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    draft = Draft(request, DRAFT)
    if not draft["phone"]:
        return redirect("people:sign_in")
    form = SignInCodeForm(request.POST or None)
    if proved_code(request, form, draft["phone"]):
        # A session key that somebody else may know must not carry what was just proved.
        request.session.cycle_key()
        draft.say(proved=True, keep=form.cleaned_data["keep"])
        return _next_step(request, draft)
    return show_form(
        request,
        form,
        title=_("Write the code"),
        lead=_("We sent six digits to %(phone)s. They are good for 10 minutes. Tell them to nobody.")
        % {"phone": mask_phone(draft["phone"])},
        button=_("Continue"),
        template="people/code.html",
        again_phone=draft["phone"],
        next=draft["next"],
    )


def _contacts(draft: Draft) -> list[Contact]:
    return reached_on(draft["phone"], at=timezone.now()) if draft["proved"] else []


def _next_step(request: HttpRequest, draft: Draft) -> HttpResponse:
    contacts = _contacts(draft)
    if not contacts:
        return redirect("people:register_village")
    if len(contacts) == 1 and not contacts[0].is_stale(timezone.now()):
        return _enter(request, draft, contacts[0])
    return redirect("people:choose_person")


@never_cache
def choose_person(request: HttpRequest) -> HttpResponse:
    """Several people share the phone, or it was long unused: who is it?

    Of a number that was long unused only the family name is shown; it may have a new owner by now.
    """
    draft = Draft(request, DRAFT)
    contacts = _contacts(draft)
    if not contacts:
        return redirect("people:sign_in")
    now = timezone.now()
    if request.method == "POST":
        chosen = [contact for contact in contacts if str(contact.pk) == request.POST.get("contact")]
        if request.POST.get("contact") == "new":
            return redirect("people:register_village")
        if chosen and chosen[0].is_stale(now):
            draft.say(contact=chosen[0].pk)
            return redirect("people:known_fact")
        if chosen:
            return _enter(request, draft, chosen[0])
    people = [(contact, _shown_name(contact, stale=contact.is_stale(now))) for contact in contacts]
    return render(request, "people/choose_person.html", {"people": people})


def _shown_name(contact: Contact, *, stale: bool) -> str:
    return contact.person.masked_name if stale else contact.person.name


@never_cache
@sensitive_post_parameters()
def known_fact(request: HttpRequest) -> HttpResponse:
    """One more thing that only the person knows, because the number was not used for 180 days."""
    draft = Draft(request, DRAFT)
    chosen = [contact for contact in _contacts(draft) if contact.pk == draft["contact"]]
    if not chosen:
        return redirect("people:sign_in")
    person, now = chosen[0].person, timezone.now()
    form = FactForm(request.POST or None, fact=fact_asked(person))
    if request.method == "POST" and form.is_valid():
        try:
            check_fact(person, form.cleaned_data["answer"], at=now)
        except (WrongFact, TooMany) as error:
            form.add_error("answer", str(error))
        else:
            return _enter(request, draft, chosen[0])
    return show_form(
        request,
        form,
        title=_("One question more"),
        lead=_("This number was not used here for half a year. Please show that it is still yours.")
        if chosen[0].last_used_at
        else _("Nobody has signed in with this number yet. Please show that the account is yours."),
        button=_("Continue"),
    )


def _enter(request: HttpRequest, draft: Draft, contact: Contact) -> HttpResponse:
    target, wants_to_stay = draft["next"] or "/", draft["keep"]
    draft.clear()
    note_use(contact, at=timezone.now())
    sign_in_person(request, contact.person)
    response = remember_choices(redirect(target), request, contact.person)
    return stay_on_phone(response, request, contact.person) if wants_to_stay else response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on this phone, and say so where the name stays on it."""
    stays = any(each.person == request.user for each in people_on(request))
    forget_session(str(request.session.session_key or ""))
    logout(request)
    if stays:
        messages.info(request, _("You are signed out. Your name stays on this phone: take it off if it is not yours."))
        return redirect("people:switch")
    return redirect("/")
