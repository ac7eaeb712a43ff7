"""我没去: hours that rested on a group viewing at which the person was not, as she says herself, are taken back.

They are given again once her record bears them: she withdrew her objection, or watched the lesson after all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from lms.credits.domain.appending import announce, heads_of, lock_chains
from lms.credits.domain.capping import line_of
from lms.credits.domain.correcting import append_correction, append_reversal
from lms.credits.domain.limiting import within_caps
from lms.credits.domain.recognising import NOTHING, Part, Study, recognise
from lms.credits.domain.registering import evidence_of
from lms.credits.domain.studying import Completion, completion_of, read_study
from lms.credits.enums import SourceKind
from lms.credits.models import CreditLedgerEntry, CreditRule
from lms.credits.queries import counted_lessons
from lms.learning.models import CourseCompletion, GroupObjection, LessonCompletion
from lms.people.queries import same_person_ids

# By this reason the reversals of an objection are known again.
NOT_THERE = gettext_noop("The person says that she was not at the group viewing.")


def resting_on(lesson: LessonCompletion) -> list[tuple[SourceKind, Completion]]:
    """The completion of the lesson, and that of its course in this round, which names it among its evidence."""
    courses = CourseCompletion.objects.of(lesson.person.survivor).filter(
        course_key=lesson.outline_version.course_key, round=lesson.round
    )
    of_course = [each for each in courses if lesson.pk in each.evidence.get("lesson_completions", [])]
    return [
        (SourceKind.LESSON_COMPLETION, lesson),
        *((SourceKind.COURSE_COMPLETION, each) for each in of_course),
    ]


def strike_hours(lesson: LessonCompletion, *, at: datetime) -> list[CreditLedgerEntry]:
    """Reverse the entries of the lesson and its course for which the evidence that is left gives nothing any more.

    Only those of which group viewing was a part: whatever else counts less by now was decided on other grounds. Told
    twice, it happens once. `regain_hours` gives them again.
    """
    added: list[CreditLedgerEntry] = []
    accounts = same_person_ids(lesson.person)
    with transaction.atomic():
        chains = lock_chains([lesson.person_id, *accounts])
        for kind, known in resting_on(lesson):
            completion = completion_of(kind, known.pk)
            if completion is None:
                continue
            study, rule = read_study(completion, accounts)
            left = {part.component for part in recognise(study, rule.terms if rule else None).parts}
            for entry in _standing(kind, completion.pk):
                if entry.component not in left and _rests_on_group(entry, lesson):
                    chain = chains[entry.person_id]
                    added.append(append_reversal(chain, entry, reason=_(NOT_THERE), by=None, at=at))
        announce(lesson.person_id, added)
    return added


@dataclass(frozen=True, slots=True)
class Regained:
    """An entry that an objection took back, and what the evidence of today gives in its place under the same rule."""

    entry: CreditLedgerEntry
    rule: CreditRule
    study: Study
    part: Part


def regained_of(lesson: LessonCompletion) -> list[Regained]:
    """What could be given again of the hours that an objection took back; nothing where somebody has decided since."""
    accounts, found = same_person_ids(lesson.person), []
    for kind, known in resting_on(lesson):
        struck = _struck(kind, known.pk)
        completion = completion_of(kind, known.pk) if struck else None
        if completion is None:
            continue
        study, _rule = read_study(completion, accounts)
        counted = counted_lessons(accounts, completion.round)
        for entry in struck:
            rule = entry.rule
            parts = recognise(study, rule.terms, counted=counted).parts if rule else []
            part = next((each for each in parts if each.component == entry.component and each.counts), None)
            if rule and part:
                found.append(Regained(entry, rule, study, part))
    return found


def regain_hours(lesson: LessonCompletion, *, at: datetime) -> list[CreditLedgerEntry]:
    """Give again, by corrections, the hours that an objection took back and that the record bears now.

    Under the rule that gave them, cut by its caps as things are today. A lesson comes before its course, and what the
    one gives the other does not give again. Told twice, it happens once.
    """
    added: list[CreditLedgerEntry] = []
    accounts = same_person_ids(lesson.person)
    if not regained_of(lesson):
        return added
    with transaction.atomic():
        chains = lock_chains([lesson.person_id, *accounts])
        # One at a time, and each time read anew under the lock: what has just been given counts for the next.
        while regained := regained_of(lesson):
            one = regained[0]
            entry, rule, chain = one.entry, one.rule, chains[one.entry.person_id]
            line = replace(line_of(entry), seq=chain.seq + 1, hours=NOTHING, place=0)
            allowed = within_caps((one.part.hours, NOTHING), rule.parameters, line, heads_of(chains))
            added.append(
                append_correction(
                    chain,
                    entry,
                    entry.reversal,
                    hours=allowed.hours,
                    days=allowed.days,
                    evidence=evidence_of(one.study, rule, one.part) | allowed.evidence | {"regains": entry.pk},
                    reason=_("What had been taken back counts again."),
                    by=None,
                    at=at,
                    why=[*one.part.why, *allowed.why],
                )
            )
        announce(lesson.person_id, added)
    return added


def _last_of(kind: SourceKind, source_id: int) -> Iterator[CreditLedgerEntry]:
    """The entries of a completion, each as the last correction left it."""
    for entry in CreditLedgerEntry.objects.caused_by(kind, source_id).order_by("seq"):
        while entry.is_reversed and (following := getattr(entry.reversal, "frees", None)):
            entry = following
        yield entry


def _struck(kind: SourceKind, source_id: int) -> list[CreditLedgerEntry]:
    """Those of them that an objection took back last, and nobody else."""
    return [
        entry
        for entry in _last_of(kind, source_id)
        if entry.is_reversed and entry.reversal.by_id is None and entry.reversal.why[0].get("reason") in _reasons()
    ]


def _standing(kind: SourceKind, source_id: int) -> list[CreditLedgerEntry]:
    """Those of them that count, but for what an officer decided."""
    return [
        entry
        for entry in _last_of(kind, source_id)
        if entry.counts and not entry.is_reversed and (entry.source_kind == kind or "regains" in entry.evidence)
    ]


@cache
def _reasons() -> frozenset[str]:
    """The reason in every language in which it may have been written down."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(_(NOT_THERE))
    return frozenset(found)


def _rests_on_group(entry: CreditLedgerEntry, lesson: LessonCompletion) -> bool:
    return any(
        each.get("group_percent") and each.get("key") == str(lesson.lesson_key) for each in entry.evidence["lessons"]
    )


def objected_lessons() -> Iterator[LessonCompletion]:
    """The sweeper: lessons that lost what they rested on, of whose hours a lost task may have left some."""
    objections = GroupObjection.objects.filter(completion__isnull=False).order_by("pk")
    for pk in objections.values_list("completion", flat=True).distinct():
        yield LessonCompletion.objects.select_related("person__merged_into", "outline_version").get(pk=pk)
