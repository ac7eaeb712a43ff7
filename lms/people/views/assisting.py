"""A helper signs up somebody who sits beside her: who she is, what is recorded and why, and perhaps a code."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from lms.lib.durations import beijing_day
from lms.people.backends.addresses import client_address
from lms.people.domain.assisting import check_in_person, register_in_person
from lms.people.domain.notices import current_notice
from lms.people.domain.pacing import take_try
from lms.people.domain.registering import RegistrationRefused
from lms.people.domain.signing_in import NotSent, TooMany, send_code
from lms.people.enums import HELPING_ROLES
from lms.people.forms import CodeForm, InPersonForm
from lms.people.gates import role_required, safe_next
from lms.people.models import Division
from lms.people.models.contacts import mask_phone
from lms.people.policies import roles_today, villages_helped_by
from lms.people.views.common import Draft, person_of, proved_code, show_form

helper_required = role_required(*HELPING_ROLES)
DRAFT = "help_register"
SIGNED_UP_AN_HOUR = 40


@never_cache
@helper_required
@sensitive_post_parameters()
def about(request: HttpRequest) -> HttpResponse:
    """Name, year of birth, category, village, and the number where there is one."""
    draft, at = Draft(request, DRAFT), timezone.now()
    villages = villages_helped_by(roles_today(request), beijing_day(at))
    form = InPersonForm(request.POST or None, villages=villages)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            check_in_person(
                name=said["name"], birth_year=said["birth_year"], division=said["village"], by=person_of(request), at=at
            )
        except RegistrationRefused as error:
            form.add_error(None, str(error))
        else:
            draft.clear()
            back = safe_next(request, reverse("staff:learners"))
            draft.say(**{**said, "village": said["village"].code, "next": back})
            return redirect("staff:sign_up_consent")
    return show_form(
        request,
        form,
        title=_("Sign up a learner"),
        lead=_("Only while the learner sits beside you. What you do here is logged."),
        button=_("Continue"),
    )


@never_cache
@helper_required
def consent(request: HttpRequest) -> HttpResponse:
    """The notice, to be read or heard by the learner, who says yes herself; then a code, or none is asked."""
    draft = Draft(request, DRAFT)
    if not draft["name"]:
        return redirect("staff:sign_up")
    notice, refusal = current_notice(), ""
    agreed = request.method == "POST" and request.POST.get("notice") == notice.version
    if agreed and request.POST.get("do") == "code" and draft["phone"]:
        try:
            send_code(draft["phone"], address=client_address(request), at=timezone.now())
        except (TooMany, NotSent) as error:
            refusal = str(error)
        else:
            draft.say(notice=notice.version)
            return redirect("staff:sign_up_code")
    elif agreed:
        answer = _register(request, draft, is_proved=False)
        if isinstance(answer, HttpResponse):
            return answer
        refusal = answer
    context = {
        "name": draft["name"],
        "phone": mask_phone(draft["phone"]) if draft["phone"] else "",
        "version": notice.version,
        "text": notice.text(get_language() or ""),
        "refusal": refusal,
    }
    return render(request, "staff/sign_up_consent.html", context)


@never_cache
@helper_required
@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponse:
    """The learner takes the phone and writes the code herself."""
    draft = Draft(request, DRAFT)
    if not (draft["phone"] and draft["notice"] == current_notice().version):
        return redirect("staff:sign_up_consent")
    form = CodeForm(request.POST or None)
    if proved_code(request, form, draft["phone"]):
        answer = _register(request, draft, is_proved=True)
        if isinstance(answer, HttpResponse):
            return answer
        form.add_error(None, answer)
    return show_form(
        request,
        form,
        title=_("Hand the phone to the learner"),
        lead=_("We sent six digits to %(phone)s. The learner writes them here herself. Never ask for them.")
        % {"phone": mask_phone(draft["phone"])},
        button=_("Sign up"),
        template="staff/sign_up_code.html",
    )


def _register(request: HttpRequest, draft: Draft, *, is_proved: bool) -> HttpResponse | str:
    """The way on, or why not."""
    at = timezone.now()
    said: dict[str, Any] = {name: draft[name] for name in ("name", "phone", "birth_year", "kind")}
    if not take_try("help-register", str(person_of(request).pk), most=SIGNED_UP_AN_HOUR, at=at):
        return _("You have signed up very many people within an hour. Please go on later.")
    try:
        person = register_in_person(
            **said,
            division=Division.objects.get(code=draft["village"]),
            notice=current_notice(),
            by=person_of(request),
            is_proved=is_proved,
            at=at,
        )
    except RegistrationRefused as error:
        return str(error)
    back = draft["next"] or reverse("staff:learners")
    draft.clear()
    messages.success(
        request,
        _("%(name)s is signed up. Login code: %(code)s") % {"name": person.masked_name, "code": person.login_code},
    )
    return redirect(back)
