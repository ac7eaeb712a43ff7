"""A rule in plain words: one sentence for everything that it fixes, in the order in which it is applied."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from lms.credits.domain.converting import group_share, has_conversion, needed_percent, rounding_of
from lms.credits.domain.renewing import USUAL_CYCLE_FROM, counts_once
from lms.credits.enums import Cap, CountsOnce, CreditBucket, Rounding, RuleUnit


def describe(terms: Mapping[str, Any]) -> list[str]:
    """The terms of a rule (`CreditRule.terms`) as sentences in the language of this moment."""
    parameters = terms["parameters"]
    sentences = _recordings(terms["unit"], parameters) if has_conversion(parameters) else []
    if not sentences:
        sentences.append(_("The rule does not say what a recording is worth: lessons give no hours for their length."))
    if "test_pass_hours" in parameters:
        sentences.append(_("A passed test gives %(hours)s hours besides.") % {"hours": parameters["test_pass_hours"]})
    sentences += [*_evidence(terms), *_often(parameters), *_caps(parameters), *_classes(parameters)]
    if carryover := parameters.get("carryover"):
        sentences.append(_carryover(carryover))
    return sentences


def _recordings(unit: str, parameters: Mapping[str, Any]) -> list[str]:
    mode, step = rounding_of(parameters)
    if unit == RuleUnit.COURSE:
        said = [_("It counts the whole course, once it is complete: all its recordings together.")]
    else:
        said = [_("It counts each lesson as it is completed.")]
    if "tiers" in parameters:
        said += [_tier(tier) for tier in parameters["tiers"]]
        if mode != Rounding.DOWN or "weights" in parameters or group_share(parameters):
            said.append(_rounding(mode) % {"step": step})
    else:
        said.append(_per_hour(mode) % {"minutes": parameters["minutes_per_hour"], "step": step})
    if weights := parameters.get("weights"):
        said.append(_("Required lessons count %(required)s times, elective ones %(elective)s times.") % weights)
    return said


def _tier(tier: Mapping[str, Any]) -> str:
    if "max_min" in tier:
        return _("At most %(max_min)s minutes: %(hours)s hours.") % tier
    if "below_min" in tier:
        return _("Less than %(below_min)s minutes: %(hours)s hours.") % tier
    return _("%(from_min)s minutes or more: %(hours)s hours.") % tier


def _per_hour(mode: Rounding) -> str:
    return {
        Rounding.DOWN: _("%(minutes)s minutes = 1 hour, rounded down to steps of %(step)s."),
        Rounding.HALF_UP: _("%(minutes)s minutes = 1 hour, rounded to the nearest step of %(step)s, a half up."),
        Rounding.UP: _("%(minutes)s minutes = 1 hour, rounded up to steps of %(step)s."),
    }[mode]


def _rounding(mode: Rounding) -> str:
    return {
        Rounding.DOWN: _("The result is rounded down to steps of %(step)s."),
        Rounding.HALF_UP: _("The result is rounded to the nearest step of %(step)s, a half up."),
        Rounding.UP: _("The result is rounded up to steps of %(step)s."),
    }[mode]


def _evidence(terms: Mapping[str, Any]) -> list[str]:
    parameters = terms["parameters"]
    share = group_share(parameters)
    return [
        _("%(percent)s%% of a recording must have been played.") % {"percent": needed_percent(parameters)},
        _("What was watched without network counts once a quiz was passed with network.")
        if terms.get("offline_needs_quiz", True)
        else _("What was watched without network counts like everything else."),
        _("What is known from group viewing only counts %(share)s times.") % {"share": share}
        if share
        else _("What is known from group viewing only gives no hours."),
    ]


def _often(parameters: Mapping[str, Any]) -> list[str]:
    often = counts_once(parameters)
    if often == CountsOnce.YEAR:
        return [_("The same course gives hours once a year.")]
    if often == CountsOnce.CYCLE:
        year = str(parameters.get("cycle_from", USUAL_CYCLE_FROM))
        return [
            _("The same course gives hours once in five years; one such cycle begins in %(year)s.") % {"year": year}
        ]
    return [_("The same course gives hours once and for all.")]


def _caps(parameters: Mapping[str, Any]) -> list[str]:
    caps = parameters.get("caps", {})
    return [
        _("At most %(hours)s hours: %(what)s.") % {"hours": caps[cap], "what": cap.label} for cap in Cap if cap in caps
    ]


def _classes(parameters: Mapping[str, Any]) -> list[str]:
    said = []
    if "day_hours" in parameters:
        said.append(_("A day of a class: %(hours)s hours.") % {"hours": parameters["day_hours"]})
    if "half_day_hours" in parameters:
        said.append(_("Half a day of a class: %(hours)s hours.") % {"hours": parameters["half_day_hours"]})
    if "class_minutes_per_hour" in parameters:
        said.append(
            _("Attendance: %(minutes)s minutes = 1 hour, rounded down to steps of %(step)s.")
            % {"minutes": parameters["class_minutes_per_hour"], "step": parameters.get("class_step", "0.01")}
        )
    for event in parameters.get("events", []):
        if "hours" in event:
            said.append(_("%(name)s: %(hours)s hours each.") % event)
        if "cap" in event:
            said.append(_("%(name)s: %(cap)s hours at most.") % event)
    return said


def _carryover(carryover: Mapping[str, Any]) -> str:
    words = {
        "source": CreditBucket(carryover["from"]).label,
        "target": CreditBucket(carryover["to"]).label,
        "years": carryover["years"],
    }
    if "most" in carryover:
        return _(
            "What is earned beyond the requirement is carried over for %(years)s years, at most %(most)s hours a year: "
            "from “%(source)s” to “%(target)s”."
        ) % (words | {"most": carryover["most"]})
    return (
        _(
            "What is earned beyond the requirement is carried over for %(years)s years: from “%(source)s” to "
            "“%(target)s”."
        )
        % words
    )
