"""The first page in sentences: how a place stands, and what changed."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lms.reports.overview.shapes import Stand, TrendPoint


def in_a_sentence(place: str, stand: Stand) -> str:
    """How the place stands; places without a requirement say so."""
    if not stand.people:
        return _("%(place)s: no cadre in view.") % {"place": place}
    if not stand.asked:
        return _("%(place)s: %(people)s cadres, of none of whom training is required.") % {
            "place": place,
            "people": stand.people,
        }
    return _(
        "%(place)s: training is required of %(asked)s cadres; %(met)s have met it (%(percent)s%%), "
        "%(on_course)s are on course, %(short)s have not met it."
    ) % {
        "place": place,
        "asked": stand.asked,
        "met": stand.met,
        "percent": stand.met_percent,
        "on_course": stand.on_course,
        "short": stand.short,
    }


def without_requirement(stand: Stand) -> str:
    """Who stands in neither numerator nor denominator; empty where there is nobody."""
    count = stand.people - stand.asked
    return (
        ngettext(
            "%(count)s more is exempt or has no requirement, and is not counted in these.",
            "%(count)s more are exempt or have no requirement, and are not counted in these.",
            count,
        )
        % {"count": count}
        if count and stand.asked
        else ""
    )


def what_changed(trend: list[TrendPoint]) -> str:
    """What is different since the last end of a month before the day, in a sentence; empty where there is none."""
    if len(trend) < 2:
        return ""
    before, now = trend[-2].stand, trend[-1].stand
    changes = [
        _change(_("have met it"), now.met - before.met),
        _change(_("on course"), now.on_course - before.on_course),
        _change(_("not met"), now.short - before.short),
        _change(_("training required"), now.asked - before.asked),
    ]
    said = pgettext("between changes", ", ").join(change for change in changes if change)
    return _("Since %(day)s: %(changes)s.") % {"day": trend[-2].day, "changes": said or _("nothing has changed")}


def _change(what: str, difference: int) -> str:
    if not difference:
        return ""
    words = _("%(what)s: %(count)s more") if difference > 0 else _("%(what)s: %(count)s fewer")
    return words % {"what": what, "count": abs(difference)}
