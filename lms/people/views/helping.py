"""Helpers' pages, for while the learner sits beside them: finding her, a lost number, two accounts of one person."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from lms.lib.durations import beijing_day
from lms.lib.encryption import decrypt
from lms.people.backends.addresses import client_address
from lms.people.domain.changing_phone import ChangeRefused, change_phone_in_person
from lms.people.domain.merging import MergeRefused, check_in_person, merge_in_person, number_to_prove
from lms.people.domain.signing_in import NotSent, TooMany, WrongCode, check_code, send_code
from lms.people.enums import HELPING_ROLES, Purpose
from lms.people.forms import CodeForm, HelpForm, MergeForm
from lms.people.gates import role_required
from lms.people.models import Contact, Person
from lms.people.models.contacts import PHONE_PURPOSE, mask_phone
from lms.people.policies import persons_visible_to, roles_today
from lms.people.queries import found_by_name, shown_to_helpers
from lms.people.views.common import Draft, person_of, sent_code, show_form
from lms.people.views.unmasking import show_in_full

helper_required = role_required(*HELPING_ROLES)
HELP_DRAFT, MERGE_DRAFT = "help", "merge"
MOST_FOUND = 20


def _near(request: HttpRequest) -> QuerySet[Person]:
    """The people of the helper's place."""
    today = beijing_day(timezone.now())
    return persons_visible_to(request.user, purpose=Purpose.HELPING, on=today, roles=roles_today(request))


def _others_near(request: HttpRequest) -> QuerySet[Person]:
    """Those whose accounts the helper may merge: never her own."""
    return _near(request).exclude(pk=person_of(request).pk)


@sensitive_post_parameters()
def _search(request: HttpRequest, near: QuerySet[Person], **more: Any) -> HttpResponse:
    """Whom the helper looks for; asked by POST, so that no name stands in an address, a history or a server's log."""
    sought = request.POST.get("sought", "").replace("\0", "").strip()
    found = found_by_name(near, sought, most=MOST_FOUND + 1)
    context = {
        "sought": sought,
        "rows": shown_to_helpers(found[:MOST_FOUND], timezone.now()),
        "too_many": len(found) > MOST_FOUND,
    }
    return render(request, "staff/learners.html", {**context, **more})


@never_cache
@helper_required
def learners(request: HttpRequest) -> HttpResponse:
    """Find a learner of my place; names and numbers are masked, and nobody is listed who was not looked for."""
    return _search(request, _near(request))


@helper_required
def see_in_full(request: HttpRequest, pk: int) -> HttpResponse:
    """One learner's name and numbers in full, for a reason that she can read."""
    return show_in_full(request, pk, purpose=Purpose.HELPING, back=reverse("staff:learners"))


@never_cache
@helper_required
def other_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Find the second account of the same person."""
    near = _others_near(request)
    return _search(
        request, near.exclude(pk=pk), first=shown_to_helpers([get_object_or_404(near, pk=pk)], timezone.now())[0]
    )


@never_cache
@helper_required
@sensitive_post_parameters()
def merge_accounts(request: HttpRequest, stays: int, goes: int) -> HttpResponse:
    """Two accounts side by side, masked; then why; then a code from the number of the account that stays."""
    near, now = _others_near(request), timezone.now()
    survivor, duplicate = get_object_or_404(near, pk=stays), get_object_or_404(near.exclude(pk=stays), pk=goes)
    contact = number_to_prove(survivor, at=now)
    draft = Draft(request, MERGE_DRAFT)
    if contact and [draft["stays"], draft["goes"]] == [stays, goes] and "again" not in request.GET:
        return _finish_merge(request, draft, survivor, duplicate, contact)
    form = MergeForm(request.POST or None)
    if contact and request.method == "POST" and form.is_valid():
        number = decrypt(contact.encrypted, PHONE_PURPOSE)
        try:
            check_in_person(duplicate, into=survivor, by=person_of(request), at=now)
            send_code(number, address=client_address(request), at=now)
        except (MergeRefused, TooMany, NotSent) as error:
            form.add_error(None, str(error))
        else:
            draft.clear()
            draft.say(stays=stays, goes=goes, reason=form.cleaned_data["reason"])
            return redirect("staff:merge", stays, goes)
    context = {
        "form": form,
        "pair": shown_to_helpers([survivor, duplicate], timezone.now()),
        "contact": contact,
        "same": {
            "name": survivor.name == duplicate.name,
            "birth_year": survivor.birth_year == duplicate.birth_year,
        },
    }
    return render(request, "staff/merge.html", context)


def _finish_merge(
    request: HttpRequest, draft: Draft, survivor: Person, duplicate: Person, contact: Contact
) -> HttpResponse:
    form, now = CodeForm(request.POST or None), timezone.now()
    if request.method == "POST" and form.is_valid():
        number = decrypt(contact.encrypted, PHONE_PURPOSE)
        try:
            check_code(number, form.cleaned_data["code"], address=client_address(request), at=now)
            merge_in_person(duplicate, into=survivor, by=person_of(request), reason=draft["reason"], at=now)
        except (WrongCode, TooMany, MergeRefused) as error:
            form.add_error("code", str(error))
        else:
            draft.clear()
            done = _("The two accounts are one now. The learner signs in with %(phone)s; everything learned is there.")
            messages.success(request, done % {"phone": contact.masked})
            return redirect("staff:learners")
    return show_form(
        request,
        form,
        title=_("Merge two accounts"),
        lead=_("We sent six digits to %(phone)s, the number of the account that stays. Ask the learner for them.")
        % {"phone": contact.masked},
        button=_("Merge the two accounts now"),
        template="staff/merge_code.html",
    )


@never_cache
@helper_required
@sensitive_post_parameters()
def help_with_phone(request: HttpRequest) -> HttpResponse:
    """The learner sits beside the helper: name and year of birth find her, a code proves the new number."""
    draft = Draft(request, HELP_DRAFT)
    if draft["person"] and "again" not in request.GET:
        return _finish_help(request, draft)
    form = HelpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        found = list(_near(request).filter(name=said["name"].strip(), birth_year=said["birth_year"])[:2])
        if len(found) != 1:
            form.add_error("name", _("Nobody, or more than one, of your place has this name and year of birth."))
        elif phone := sent_code(request, form):
            draft.say(person=found[0].pk, phone=phone, reason=said["reason"])
            return redirect("staff:help_with_phone")
    return show_form(
        request,
        form,
        title=_("A new number for a learner"),
        lead=_("Only while the learner sits beside you. What you do here is logged."),
        button=_("Send a code to the new number"),
    )


def _finish_help(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            check_code(draft["phone"], form.cleaned_data["code"], address=client_address(request), at=now)
            change_phone_in_person(
                get_object_or_404(Person, pk=draft["person"]),
                draft["phone"],
                by=person_of(request),
                reason=draft["reason"],
                at=now,
            )
        except (WrongCode, TooMany, ChangeRefused) as error:
            form.add_error("code", str(error))
        else:
            draft.clear()
            messages.success(request, _("The new number is saved."))
            return redirect("staff:home")
    return show_form(
        request,
        form,
        title=_("A new number for a learner"),
        lead=_("We sent six digits to %(phone)s.") % {"phone": mask_phone(draft["phone"])},
        button=_("Save the new number"),
    )
