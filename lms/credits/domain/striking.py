"""我没去: hours that rested on a group viewing at which the person was not, as she says herself, are taken back."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.credits.domain.appending import announce, lock_chains
from lms.credits.domain.correcting import append_reversal
from lms.credits.domain.recognising import recognise
from lms.credits.domain.studying import Completion, completion_of, read_study
from lms.credits.enums import SourceKind
from lms.credits.models import CreditLedgerEntry
from lms.learning.models import CourseCompletion, GroupObjection, LessonCompletion
from lms.people.queries import same_person_ids


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
    twice, it happens once. If she watches the lesson after all, an officer corrects, because an achievement is
    registered once by itself.
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
            for entry in CreditLedgerEntry.objects.caused_by(kind, completion.pk).standing().order_by("seq"):
                if entry.component not in left and _rests_on_group(entry, lesson):
                    reason = _("The person says that she was not at the group viewing.")
                    added.append(append_reversal(chains[entry.person_id], entry, reason=reason, by=None, at=at))
        announce(lesson.person_id, added)
    return added


def _rests_on_group(entry: CreditLedgerEntry, lesson: LessonCompletion) -> bool:
    return any(
        each.get("group_percent") and each.get("key") == str(lesson.lesson_key) for each in entry.evidence["lessons"]
    )


def objected_lessons() -> Iterator[LessonCompletion]:
    """The sweeper: lessons that lost what they rested on, of whose hours a lost task may have left some."""
    objections = GroupObjection.objects.filter(completion__isnull=False).order_by("pk")
    for pk in objections.values_list("completion", flat=True).distinct():
        yield LessonCompletion.objects.select_related("person__merged_into", "outline_version").get(pk=pk)
