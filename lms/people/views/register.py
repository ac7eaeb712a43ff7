"""Learners register: village, a few words about themselves, a guardian for children, the notice."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from lms.lib.durations import beijing_day
from lms.people.domain.notices import current_notice
from lms.people.domain.registering import Guardian, RegistrationRefused, needs_guardian, register_learner
from lms.people.enums import DivisionLevel, NoticeAudience
from lms.people.forms import AboutForm, CodeForm, GuardianForm
from lms.people.models import Division
from lms.people.models.contacts import mask_phone
from lms.people.views.common import Draft, proved_code, remember_choices, sent_code, show_form, sign_in_person
from lms.people.views.keeping import stay_on_phone
from lms.people.views.sign_in import DRAFT


def places_inside(inside: Division | None) -> tuple[Division | None, list[Division]]:
    """The places to choose from; where there is only one, its own places, and so on down to the villages."""
    while True:
        places = list(Division.objects.on(beijing_day(timezone.now())).filter(parent=inside))
        if len(places) != 1 or places[0].level == DivisionLevel.VILLAGE:
            return inside, places
        inside = places[0]


def show_places(request: HttpRequest, **more: str) -> HttpResponse:
    """One screen of names: the places inside the one that the address names."""
    current = Division.objects.on(beijing_day(timezone.now()))
    inside, places = places_inside(current.filter(code=request.GET.get("in", "")).first())
    above = inside.parent if inside is not None else None
    return render(request, "people/village.html", {"inside": inside, "above": above, "places": places, **more})


@never_cache
def village(request: HttpRequest) -> HttpResponse:
    """County, township, village: each screen a list of names to press."""
    draft = Draft(request, DRAFT)
    if not draft["proved"]:
        return redirect("people:sign_in")
    current = Division.objects.on(beijing_day(timezone.now()))
    if request.method == "POST":
        chosen = current.filter(code=request.POST.get("village", ""), level=DivisionLevel.VILLAGE).first()
        if chosen is not None:
            draft.say(village=chosen.code)
            return redirect("people:register")
    return show_places(request, step=_("Signing up, step 1 of 3"))


@never_cache
@sensitive_post_parameters()
def about(request: HttpRequest) -> HttpResponse:
    """Name, year of birth, category."""
    draft = Draft(request, DRAFT)
    if not (draft["proved"] and draft["village"]):
        return redirect("people:register_village")
    form = AboutForm(
        request.POST or None,
        initial={"name": draft["name"], "birth_year": draft["birth_year"], "kind": draft["kind"] or "farmer"},
    )
    if request.method == "POST" and form.is_valid():
        draft.say(**form.cleaned_data)
        if needs_guardian(draft["birth_year"], timezone.now()):
            return redirect("people:guardian")
        return redirect("people:register_notice")
    return show_form(request, form, title=_("About you"), button=_("Continue"), step=_("Signing up, step 2 of 3"))


@never_cache
@sensitive_post_parameters()
def guardian(request: HttpRequest) -> HttpResponse:
    """Who agrees for a child, and a code to that phone."""
    draft = Draft(request, DRAFT)
    if not draft["kind"]:
        return redirect("people:register")
    form = GuardianForm(request.POST or None, initial={"name": draft["guardian_name"]})
    if phone := sent_code(request, form):
        draft.say(guardian_name=form.cleaned_data["name"], guardian_phone=phone, guardian_proved=False)
        return redirect("people:guardian_code")
    return show_form(
        request,
        form,
        title=_("A grown-up has to agree"),
        lead=_("Under 14 the father, the mother or another guardian decides. We send the guardian a code."),
        button=_("Send the code"),
        notice=current_notice(NoticeAudience.GUARDIAN).text(get_language() or ""),
    )


@never_cache
@sensitive_post_parameters()
def guardian_code(request: HttpRequest) -> HttpResponse:
    """The guardian agrees by writing the code."""
    draft = Draft(request, DRAFT)
    if not draft["guardian_phone"]:
        return redirect("people:guardian")
    form = CodeForm(request.POST or None)
    if proved_code(request, form, draft["guardian_phone"]):
        draft.say(guardian_proved=True)
        return redirect("people:register_notice")
    return show_form(
        request,
        form,
        title=_("The guardian's code"),
        lead=_("Six digits were sent to %(phone)s. Writing them here means: I have read the above and agree.")
        % {"phone": mask_phone(draft["guardian_phone"])},
        button=_("I agree"),
        notice=current_notice(NoticeAudience.GUARDIAN).text(get_language() or ""),
    )


@never_cache
def notice(request: HttpRequest) -> HttpResponse:
    """The privacy notice; agreeing registers and signs in."""
    draft = Draft(request, DRAFT)
    now = timezone.now()
    if not (draft["proved"] and draft["village"] and draft["kind"]):
        return redirect("people:register")
    if needs_guardian(draft["birth_year"], now) and not draft["guardian_proved"]:
        return redirect("people:guardian")
    current, refusal = current_notice(), ""
    if request.method == "POST" and request.POST.get("notice") == current.version:
        answered = draft["guardian_proved"]
        try:
            person = register_learner(
                name=draft["name"],
                phone=draft["phone"],
                birth_year=draft["birth_year"],
                kind=draft["kind"],
                division=Division.objects.get(code=draft["village"]),
                notice=current,
                guardian=Guardian(draft["guardian_name"], draft["guardian_phone"]) if answered else None,
                language=get_language() or "zh-hans",
                at=now,
            )
        except RegistrationRefused as error:
            refusal = str(error)
        else:
            target, wants_to_stay = draft["next"] or "/", draft["keep"]
            draft.clear()
            sign_in_person(request, person)
            response = remember_choices(redirect(target), request, person)
            return stay_on_phone(response, request, person) if wants_to_stay else response
    return render(
        request,
        "people/register_notice.html",
        {"version": current.version, "text": current.text(get_language() or ""), "refusal": refusal},
    )
