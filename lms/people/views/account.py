"""My account: what is known about me, and what I can change."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lms.lib.durations import beijing_day
from lms.lib.encryption import decrypt
from lms.people.backends.addresses import client_address
from lms.people.domain.changing_phone import change_phone
from lms.people.domain.closing import ClosingRefused, close_account
from lms.people.domain.copying import parts_elsewhere
from lms.people.domain.correcting import CorrectionRefused, correct_name, correct_village, may_correct
from lms.people.domain.ending import end_sessions, sessions_of
from lms.people.domain.notices import (
    KNOWN,
    agree_to,
    current_notice,
    must_be_asked,
    newest_version,
    note_read,
    notices_due,
)
from lms.people.domain.settling import choose_elder_mode, choose_language, choose_saving_data
from lms.people.domain.signing_in import NotSent, TooMany, send_code
from lms.people.forms import CodeForm, CorrectForm, PhoneForm
from lms.people.gates import safe_next
from lms.people.models import Contact, Division, Identity, KeptAccount
from lms.people.models.contacts import PHONE_PURPOSE, mask_phone
from lms.people.models.identities import IDENTITY_PURPOSE
from lms.people.policies import roles_on
from lms.people.queries import home_division_on, looks_at, posts_on
from lms.people.views.common import (
    CHOSEN_BY_NAME,
    SAVING_DATA,
    Draft,
    ask_for_code,
    code_needed,
    person_of,
    proved_code,
    renew_session,
    sent_code,
    set_choice,
    show_form,
)
from lms.people.views.register import show_places

PHONE_DRAFT = "phone"
ELDER_CHOICES = ("on", "larger", "largest", "off")


def _own_data(request: HttpRequest) -> dict[str, Any]:
    person = person_of(request)
    today = beijing_day(timezone.now())
    return {
        "person": person,
        "village": home_division_on(person, today),
        "contacts": Contact.objects.filter(person=person).on(today),
        "identity": Identity.objects.filter(person=person).first(),
        "posts": posts_on(person, today),
        "roles": roles_on(person, today),
        "consents": person.consents.select_related("notice").order_by("given_at"),
        "notices_read": person.notices_read.select_related("notice").order_by("read_at"),
        "looks": looks_at(person),
        "kept": KeptAccount.objects.alive(timezone.now()).filter(person=person).order_by("kept_at"),
        "sessions": sessions_of(person, at=timezone.now()),
    }


@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Everything this part of the site knows about me, on one page."""
    return render(
        request, "people/account.html", {**_own_data(request), "may_correct": may_correct(person_of(request))}
    )


@never_cache
@login_required
@code_needed
def own_copy(request: HttpRequest) -> HttpResponse:
    """A copy of my data to take away."""
    data = _own_data(request)
    person, village, identity = data["person"], data["village"], data["identity"]
    answer = JsonResponse(
        {
            "name": person.name,
            "birth_year": person.birth_year,
            "category": person.kind,
            "village": village.full_name if village else None,
            "village_code": village.code if village else None,
            "phones": [decrypt(contact.encrypted, PHONE_PURPOSE) for contact in data["contacts"]],
            "identity_number": decrypt(identity.encrypted, IDENTITY_PURPOSE) if identity else None,
            "posts": [{"title": post.title, "org": post.org.name, "from": post.active_from} for post in data["posts"]],
            "roles": [{"role": role.kind, "org": role.org.name, "from": role.active_from} for role in data["roles"]],
            "consents": [
                {
                    "notice": consent.notice.version,
                    "audience": consent.notice.audience,
                    "given_at": consent.given_at,
                    "withdrawn_at": consent.withdrawn_at,
                }
                for consent in data["consents"]
            ],
            "notices_read": [{"notice": read.notice.version, "read_at": read.read_at} for read in data["notices_read"]],
            "kept_on_phones": [{"since": kept.kept_at, "picture": kept.picture} for kept in data["kept"]],
            "signed_in_on": [{"device": each.device, "since": each.began_at} for each in data["sessions"]],
            "seen_in_full": [asdict(look) for look in data["looks"]],
            **parts_elsewhere(person),
        },
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    answer["Content-Disposition"] = 'attachment; filename="tianjian-my-data.json"'
    return answer


def notice(request: HttpRequest) -> HttpResponse:
    """The privacy notice in force, for everybody to read."""
    return render(request, "people/notice.html", {"notice": current_notice().text(get_language() or "")})


@require_POST
@login_required
def answer_notice(request: HttpRequest) -> HttpResponse:
    """What she says about the bar: read, agreed, or another time. The version must be the one that stood there."""
    person, answer, now = person_of(request), request.POST.get("answer", ""), timezone.now()
    if answer == "agree" and request.session.get(CHOSEN_BY_NAME):
        return ask_for_code(request)
    due = notices_due(person)
    if due and due[-1].version == request.POST.get("notice"):
        if answer == "agree":
            agree_to(person, due[-1], at=now)
            messages.success(request, _("Thank you. What you agreed to stands under “My account”."))
        elif answer == "read" and not must_be_asked(due, person):
            note_read(person, due[-1], at=now)
        elif answer == "later":
            # Until she signs in again.
            request.session[KNOWN] = newest_version()
    return redirect(safe_next(request, "/"))


@never_cache
@login_required
@code_needed
@sensitive_post_parameters()
def phone(request: HttpRequest) -> HttpResponse:
    """Change my number: a code to the old one, the new number, a code to the new one."""
    draft = Draft(request, PHONE_DRAFT)
    contact = Contact.objects.filter(person=person_of(request)).on(beijing_day(timezone.now())).first()
    if contact is not None and not draft["old_proved"]:
        return _prove_old(request, draft, contact)
    if not draft["new"]:
        return _ask_new(request, draft)
    form = CodeForm(request.POST or None)
    if proved_code(request, form, draft["new"]):
        person = person_of(request)
        change_phone(person, draft["new"], at=timezone.now())
        end_sessions(person, but=str(request.session.session_key))
        renew_session(request, person)
        draft.clear()
        messages.success(request, _("Your new number is saved. Sign in with it from now on."))
        return redirect("people:account")
    lead = _("We sent six digits to your new number %(phone)s.") % {"phone": mask_phone(draft["new"])}
    return show_form(request, form, title=_("Change my number"), lead=lead, button=_("Save the new number"))


def _prove_old(request: HttpRequest, draft: Draft, contact: Contact) -> HttpResponse:
    number = decrypt(contact.encrypted, PHONE_PURPOSE)
    form, problem = CodeForm(request.POST if "code" in request.POST else None), ""
    if request.method == "POST" and "code" not in request.POST:
        try:
            send_code(number, address=client_address(request), at=timezone.now())
            draft.say(old_asked=True)
        except (TooMany, NotSent) as error:
            problem = str(error)
    elif proved_code(request, form, number):
        draft.say(old_proved=True)
        return redirect("people:phone")
    return show_form(
        request,
        form,
        title=_("Change my number"),
        lead=_("First a code to your present number %(phone)s.") % {"phone": contact.masked},
        button=_("Continue"),
        template="people/old_phone.html",
        asked=draft["old_asked"],
        problem=problem,
    )


def _ask_new(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = PhoneForm(request.POST or None)
    if number := sent_code(request, form):
        draft.say(new=number)
        return redirect("people:phone")
    return show_form(
        request, form, title=_("Change my number"), lead=_("Your new number:"), button=_("Send a code to it")
    )


@never_cache
@login_required
@code_needed
@sensitive_post_parameters()
def correct(request: HttpRequest) -> HttpResponse:
    """Put right my name and my year of birth."""
    person = person_of(request)
    form = CorrectForm(request.POST or None, initial={"name": person.name, "birth_year": person.birth_year})
    if request.method == "POST" and form.is_valid():
        try:
            correct_name(person, **form.cleaned_data, at=timezone.now())
        except CorrectionRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is put right."))
            return redirect("people:account")
    lead = _("Certificates that you were given before keep the name that stood there then.")
    return show_form(request, form, title=_("Put right name and year"), lead=lead, button=_("Save"))


@never_cache
@login_required
@code_needed
def move(request: HttpRequest) -> HttpResponse:
    """Put right where my village is."""
    refusal = ""
    if request.method == "POST":
        chosen = Division.objects.on(beijing_day(timezone.now())).filter(code=request.POST.get("village", "")).first()
        try:
            if chosen is not None:
                correct_village(person_of(request), chosen, at=timezone.now())
                messages.success(request, _("It is put right."))
                return redirect("people:account")
        except CorrectionRefused as error:
            refusal = str(error)
    return show_places(request, refusal=refusal)


@never_cache
@login_required
@code_needed
def close(request: HttpRequest) -> HttpResponse:
    """Withdraw my consent and close my account, after saying so once more."""
    refusal = ""
    if request.method == "POST" and request.POST.get("sure") == "yes":
        try:
            close_account(person_of(request), by=person_of(request), at=timezone.now())
        except ClosingRefused as error:
            refusal = str(error)
        else:
            logout(request)
            messages.success(request, _("Your account is closed. Your name, number and village were deleted."))
            return redirect("/")
    return render(request, "people/close.html", {"refusal": refusal})


@require_POST
def elder_mode(request: HttpRequest) -> HttpResponse:
    """Large print on or off, on this phone and, signed in, everywhere."""
    wanted = request.POST.get("elder_mode", "off")
    response = redirect(safe_next(request, "/"))
    if wanted in ELDER_CHOICES:
        set_choice(response, "elder_mode", wanted)
        if request.user.is_authenticated:
            choose_elder_mode(request.user, wanted != "off")
    return response


@require_POST
def saving_data(request: HttpRequest) -> HttpResponse:
    """Saving data on, or as the phone says, on this phone and, signed in, everywhere."""
    wanted = request.POST.get(SAVING_DATA, "")
    response = redirect(safe_next(request, "/"))
    if wanted in ("on", "off"):
        set_choice(response, SAVING_DATA, wanted)
        if request.user.is_authenticated:
            choose_saving_data(request.user, wanted == "on")
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, on this phone and, signed in, everywhere."""
    wanted = request.POST.get("language", "")
    response = redirect(safe_next(request, "/"))
    if wanted in dict(settings.LANGUAGES):
        set_choice(response, settings.LANGUAGE_COOKIE_NAME, wanted)
        if request.user.is_authenticated:
            choose_language(request.user, wanted)
    return response
