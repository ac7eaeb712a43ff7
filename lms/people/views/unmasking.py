"""One page for every list of masked people: why somebody is to be seen in full, and then, once, name and numbers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from lms.lib.durations import beijing_day
from lms.people.domain.unmasking import UnmaskingRefused, unmask
from lms.people.enums import Purpose
from lms.people.forms import LookForm
from lms.people.policies import persons_visible_to, roles_today
from lms.people.views.common import person_of, show_form


@never_cache
@sensitive_post_parameters()
@sensitive_variables()
def show_in_full(request: HttpRequest, pk: int, *, purpose: Purpose, back: str) -> HttpResponse:
    """Ask why, then show it in the answer to that one request; whoever calls stands behind the gate.

    Neither the address nor the title names the person, so no history of a browser does.
    """
    now = timezone.now()
    seen = persons_visible_to(request.user, purpose=purpose, on=beijing_day(now), roles=roles_today(request))
    person = get_object_or_404(seen, pk=pk)
    form = LookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unmasked = unmask(
                person, by=person_of(request), purpose=purpose, reason=form.cleaned_data["reason"], at=now
            )
        except UnmaskingRefused as error:
            form.add_error("reason", str(error))
        else:
            return render(request, "people/unmasked.html", {"unmasked": unmasked, "back": back})
    return show_form(
        request,
        form,
        title=_("Name and number in full"),
        lead=_("%(name)s will be able to read when it was looked at, for which organisation, and why.")
        % {"name": person.masked_name},
        button=_("See in full"),
        template="people/unmask.html",
        back=back,
    )
