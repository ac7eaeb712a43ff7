"""Staff come in: invitation, password, second factor."""

import re
from io import BytesIO
from urllib.parse import urlencode

import qrcode
from django.conf import settings
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as otp_login
from qrcode.image.svg import SvgPathFillImage

from lms.people.domain.changing_password import change_password
from lms.people.domain.enrolling import (
    EnrolmentRefused,
    begin_enrolment,
    finish_enrolment,
    has_factor,
    secret_of,
    verify_factor,
)
from lms.people.domain.inviting import InvitationRefused, accept_invitation, open_invitation
from lms.people.enums import ADMIN_ROLES, DESK_ROLES, HELPING_ROLES, RoleKind
from lms.people.forms import FactorForm, NewPasswordForm, StaffSignInForm
from lms.people.gates import safe_next, staff_required
from lms.people.models import Person
from lms.people.policies import FACTOR_SEEN_AT, PASSWORD_SHOWN_AT, has_staff_password, roles_today
from lms.people.views.common import note_this_session, person_of, show_form, sign_in_person

INVITATION_KEY = "invitation"
HOME = "/staff/"


def _begin_session(request: HttpRequest, person: Person) -> None:
    sign_in_person(request, person)
    request.session[PASSWORD_SHOWN_AT] = timezone.now().timestamp()
    request.session.pop(FACTOR_SEEN_AT, None)


def _factor_shown(request: HttpRequest) -> None:
    request.session.cycle_key()
    note_this_session(request, person_of(request))
    request.session[FACTOR_SEEN_AT] = timezone.now().timestamp()


@never_cache
@sensitive_post_parameters()
def sign_in(request: HttpRequest) -> HttpResponse:
    """Login code and password; then the factor. Failures are counted by axes, which answers when it locks."""
    target = safe_next(request, HOME)
    form = StaffSignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = authenticate(request, **form.cleaned_data)
        if isinstance(person, Person):
            _begin_session(request, person)
            page = "staff:factor" if has_factor(person) else "staff:enrol"
            return redirect_on(page, target)
        form.add_error(None, _("Login code and password do not fit. Look at both again."))
    return show_form(
        request, form, title=_("Staff sign-in"), button=_("Continue"), template="staff/sign_in.html", next=target
    )


def redirect_on(page: str, target: str) -> HttpResponse:
    """To the page, which goes on to the target afterwards."""
    return redirect(f"{reverse(page)}?{urlencode({'next': target})}")


@never_cache
@sensitive_post_parameters()
def factor(request: HttpRequest) -> HttpResponse:
    """Six digits of the app, or a recovery code."""
    target = safe_next(request, HOME)
    if not (request.user.is_authenticated and has_staff_password(request)):
        return redirect_on("staff:sign_in", target)
    person = person_of(request)
    if not has_factor(person):
        return redirect_on("staff:enrol", target)
    form = FactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = verify_factor(person, form.cleaned_data["code"])
        if device is not None:
            _factor_shown(request)
            otp_login(request, device)
            return redirect(target)
        form.add_error("code", _("This code is not right or was used before. Wait for the next one and try again."))
    return show_form(
        request,
        form,
        title=_("Your second factor"),
        lead=_("%(name)s, staff pages ask for it each time they stood idle for %(minutes)d minutes.")
        % {"name": person.name, "minutes": settings.STAFF_IDLE_MINUTES},
        button=_("Continue"),
        template="staff/factor.html",
        next=target,
    )


@never_cache
@login_required(login_url="staff:sign_in")
@sensitive_post_parameters()
def enrol(request: HttpRequest) -> HttpResponse:
    """The QR code for an authenticator app, then its first code, then the recovery codes, shown once."""
    person = person_of(request)
    if not has_staff_password(request):
        return redirect("staff:sign_in")
    if has_factor(person):
        return redirect("staff:factor")
    try:
        device = begin_enrolment(person, at=timezone.now())
    except EnrolmentRefused as error:
        return render(request, "staff/refused.html", {"reason": str(error)}, status=403)
    form = FactorForm(request.POST or None)
    form.fields["code"].help_text = ""
    if request.method == "POST" and form.is_valid():
        codes = finish_enrolment(device, form.cleaned_data["code"], at=timezone.now())
        if codes is not None:
            _factor_shown(request)
            otp_login(request, device)
            return render(request, "staff/recovery_codes.html", {"codes": codes, "next": safe_next(request, HOME)})
        form.add_error("code", _("This code is not right. Is the clock of the phone right? Wait for the next one."))
    return show_form(
        request,
        form,
        title=_("Set up your second factor"),
        button=_("Check the code"),
        template="staff/enrol.html",
        qr=_qr_svg(device.config_url),
        secret=secret_of(device),
    )


def _qr_svg(text: str) -> str:
    """The text as a QR code, drawn in the page itself: a secret is never fetched from an address."""
    picture = BytesIO()
    qrcode.make(text, image_factory=SvgPathFillImage, border=2).save(picture)
    drawing = picture.getvalue().decode()
    drawing = re.sub(r'(width|height)="\d+mm"', r'\1="224"', drawing[drawing.index("<svg") :])
    return mark_safe(drawing)  # noqa: S308  (drawn by us, holds no text)


@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest, code: str = "") -> HttpResponse:
    """Take up an invitation: choose a password. The code leaves the address before anything is shown."""
    if code:
        request.session[INVITATION_KEY] = code
        return redirect("staff:invitation")
    code = request.session.get(INVITATION_KEY, "")
    now = timezone.now()
    try:
        person = open_invitation(code, at=now).person
        form = NewPasswordForm(request.POST or None, person=person)
        if request.method == "POST" and form.is_valid():
            person = accept_invitation(code, password=form.cleaned_data["password"], at=now)
            del request.session[INVITATION_KEY]
            _begin_session(request, person)
            return redirect("staff:enrol")
    except InvitationRefused as error:
        return render(request, "staff/refused.html", {"reason": str(error)}, status=403)
    return show_form(
        request,
        form,
        title=_("Welcome, %(name)s") % {"name": person.name},
        button=_("Save the password"),
        template="staff/invitation.html",
        login_code=person.login_code,
    )


@never_cache
@staff_required
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change my password; asked for every 90 days."""
    person = person_of(request)
    form = NewPasswordForm(request.POST or None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            change_password(person, form.cleaned_data["password"], at=timezone.now())
        except ValidationError as error:
            form.add_error("password", error)
        else:
            update_session_auth_hash(request, person)
            return redirect("staff:home")
    return show_form(request, form, title=_("Change your password"), button=_("Save the password"))


@never_cache
@staff_required
def home(request: HttpRequest) -> HttpResponse:
    """What my roles open today."""
    roles = roles_today(request)
    kinds = {role.kind for role in roles}
    return render(
        request,
        "staff/home.html",
        {
            "roles": roles,
            "opens_admin": bool(kinds & ADMIN_ROLES - {RoleKind.SECURITY_ADMIN, RoleKind.AUDIT_ADMIN}),
            "edits": bool(kinds & {RoleKind.TRAINER, RoleKind.REVIEWER}),
            "opens_studio": RoleKind.TRAINER in kinds,
            "opens_desk": bool(kinds & DESK_ROLES),
            "opens_people": RoleKind.SECURITY_ADMIN in kinds,
            "opens_log": RoleKind.AUDIT_ADMIN in kinds,
            "opens_help": bool(kinds & HELPING_ROLES),
            "opens_screenings": RoleKind.LEARNING_HELPER in kinds,
        },
    )
