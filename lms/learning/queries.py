"""Reads shared by several callers: how far a person has come, in as many queries for many lessons as for one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.enums import LessonKind
from courses.models import CoursePage, LessonPage, OutlineVersion
from courses.queries import current_outlines
from lms.learning.enums import CheckOutcome, EvidenceKind, RefusalReason, TickKind
from lms.learning.models import (
    Appeal,
    CourseCompletion,
    CourseEnrolment,
    GroupReceipt,
    GroupTick,
    GroupViewing,
    GroupWithdrawal,
    LessonCompletion,
    LessonProblem,
    PresenceCheck,
    RefusedStretch,
    Settlement,
    WatchRecord,
)
from lms.lib.durations import format_seconds
from lms.lib.stretches import Stretches
from lms.people.models import Person
from media.enums import ReportOutcome
from media.models import CaptionReport

PARTS_SHOWN = 5
TITLES_SHOWN = 3
ADVICE = {
    RefusalReason.CLOCK: _("Play one lesson at a time, on one device, and this will not happen."),
    RefusalReason.TAKEN_DOWN: _("What you watched before that counts."),
    RefusalReason.CHECK: _("Watch this part again, and answer the next question."),
    RefusalReason.ELSEWHERE: _("If you were in the hall, appeal; or watch this part again."),
    RefusalReason.TOO_LATE: _("Connect to the network at least once in seven days while you learn."),
    RefusalReason.PACKAGE_OVER: _("Connect to the network within seven days, then fetch the lesson again."),
    RefusalReason.DAY_FULL: _("Watch this part again on another day, or with network."),
}


@dataclass(frozen=True, slots=True)
class LessonState:
    """How far a person has come with a lesson: `done`, `started` or `new`."""

    state: str
    percent: int
    resume_point: int

    @property
    def is_done(self) -> bool:
        return self.state == "done"


@dataclass(frozen=True, slots=True)
class CourseState:
    """How far a person has come with a course: lessons done out of those asked for."""

    done: int
    asked: int
    is_done: bool
    missing_titles: tuple[str, ...] = ()

    @property
    def percent(self) -> int:
        return 100 if self.is_done else self.done * 100 // self.asked if self.asked else 0

    @property
    def missing(self) -> int:
        return 0 if self.is_done else self.asked - self.done

    @property
    def sentence(self) -> str:
        """What is still missing, in one sentence that names the first lessons; empty where the course is complete."""
        if self.is_done:
            return ""
        if not self.asked:
            return str(_("None of its lessons is offered at the moment; what you did is kept."))
        if not self.missing:
            return str(_("You did all that is asked for; the course will soon be shown as complete."))
        named = _("”, “").join(self.missing_titles[:TITLES_SHOWN])
        values = {"missing": self.missing, "titles": named}
        if self.missing > TITLES_SHOWN:
            return str(_("%(missing)d lessons are still missing: “%(titles)s” and others.") % values)
        return (
            ngettext(
                "%(missing)d lesson is still missing: “%(titles)s”.",
                "%(missing)d lessons are still missing: “%(titles)s”.",
                self.missing,
            )
            % values
        )


class Progress:
    """Everything a person has begun, read once: of a course taken again, the round that she is in."""

    def __init__(self, person: Person) -> None:
        mine = person.owns()
        enrolments = CourseEnrolment.objects.filter(mine).select_related("outline_version").order_by("round")
        self.enrolments = {enrolment.course_key: enrolment for enrolment in enrolments}
        courses = CoursePage.objects.filter(pk__in={each.page_id for each in self.enrolments.values()})
        self.current = {outline.course_key: outline for outline in current_outlines(courses).values()}
        rounds = self._rounds_of_lessons()
        done = LessonCompletion.objects.of(person).values_list("lesson_key", "round")
        self.lessons_done = {key for key, number in done if number == rounds.get(key, 1)}
        self.courses_done = set(CourseCompletion.objects.of(person).values_list("course_key", "round"))
        records = WatchRecord.objects.filter(mine).defer(*EvidenceKind.values).order_by("last_watched_at")
        self.records = {each.lesson_key: each for each in records if each.round == rounds.get(each.lesson_key, 1)}

    def _rounds_of_lessons(self) -> dict[UUID, int]:
        """The round of each lesson whose course is taken again; all others are in their first."""
        rounds: dict[UUID, int] = {}
        for enrolment in self.enrolments.values():
            if enrolment.round > 1:
                outlines = (enrolment.outline_version, self.current.get(enrolment.course_key))
                lessons = [lesson for outline in outlines if outline for lesson in outline.lessons]
                rounds |= {UUID(lesson["translation_key"]): enrolment.round for lesson in lessons}
        return rounds

    def lesson(self, lesson: LessonPage) -> LessonState:
        record = self.records.get(lesson.translation_key)
        percent = record.percent if record else 0
        state = "done" if lesson.translation_key in self.lessons_done else "started" if record else "new"
        return LessonState(state, percent, record.resume_point if record else 0)

    def course(self, course: CoursePage) -> CourseState | None:
        """None where the person has not begun the course."""
        enrolment = self.enrolments.get(course.translation_key)
        if enrolment is None:
            return None
        outline = enrolment.outline_version
        done = counted_keys(outline) & self.lessons_done
        asked = done | asked_keys(outline, self.current.get(enrolment.course_key))
        keys = {UUID(lesson["translation_key"]): lesson["title"] for lesson in outline.lessons}
        missing = tuple(title for key, title in keys.items() if key in asked - done)
        is_done = (course.translation_key, enrolment.round) in self.courses_done
        return CourseState(len(done), len(asked), is_done, missing)


def counted_keys(outline: OutlineVersion) -> set[UUID]:
    """The lessons by which the course is judged: the required ones, or all that are taught where none is required."""
    return {UUID(lesson["translation_key"]) for lesson in outline.counted_lessons}


def asked_keys(outline: OutlineVersion, current: OutlineVersion | None) -> set[UUID]:
    """The counted lessons that are still offered; those that the current outline no longer has are waived."""
    return counted_keys(outline) & {UUID(lesson["translation_key"]) for lesson in current.lessons} if current else set()


def open_check(person_id: int) -> PresenceCheck | None:
    """The check that waits for this person's answer."""
    return PresenceCheck.objects.filter(person_id=person_id, outcome=CheckOutcome.OPEN).first()


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Part of a lesson that did not count, and still does not; `appeals` are those made against it, in order."""

    row: RefusedStretch
    stretches: Stretches
    appeals: list[Appeal] = field(default_factory=list)

    @property
    def parts(self) -> str:
        return parts_in_words(self.stretches)

    @property
    def advice(self) -> str:
        """What the person can do about it."""
        return str(ADVICE[RefusalReason(self.row.reason)])

    @property
    def open_appeal(self) -> Appeal | None:
        """The appeal that waits for somebody, if there is one."""
        last = self.appeals[-1] if self.appeals else None
        return None if last is None or hasattr(last, "settlement") else last

    @property
    def can_appeal(self) -> bool:
        """Whether some of it was never appealed against."""
        appealed = reduce(Stretches.union, (each.asked for each in self.appeals), Stretches())
        return self.open_appeal is None and bool(self.stretches - appealed)


def parts_in_words(stretches: Stretches) -> str:
    """The stretches as on a player: 0:20–1:05, 2:00–2:10."""
    shown = [f"{format_seconds(start)}–{format_seconds(end)}" for start, end in stretches.pairs[:PARTS_SHOWN]]
    return ", ".join(shown) + (" …" if len(stretches.pairs) > PARTS_SHOWN else "")


def settlement_in_words(settlement: Settlement) -> str:
    """What became of an appeal, in one sentence; where only a part counts now, which."""
    if not settlement.is_granted or not settlement.left_out:
        return str(settlement.get_outcome_display())
    values = {"counts": parts_in_words(settlement.counted), "rest": parts_in_words(settlement.left_out)}
    return str(_("A part counts now: %(counts)s. The rest stays as it was: %(rest)s.") % values)


def unpaid_of(person: Person, *, newest: int = 20) -> list[Unpaid]:
    """The person's refused stretches, newest first, without what was watched again and counted since."""
    mine = person.owns()
    rows = RefusedStretch.objects.filter(mine).select_related("page", "record").order_by("-day", "-last_at")[:newest]
    appeals: dict[int, list[Appeal]] = defaultdict(list)
    for appeal in Appeal.objects.filter(refused__in=[row.pk for row in rows]).select_related("settlement"):
        appeals[appeal.refused_id].append(appeal)
    found = [
        Unpaid(
            row,
            Stretches.from_bytes(row.stretches) - row.record.covered,
            sorted(appeals[row.pk], key=lambda each: each.number),
        )
        for row in rows
    ]
    return [each for each in found if each.stretches]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered the person: to an appeal, or to a mistake that she reported."""

    at: datetime
    lesson: LessonPage
    asked: str
    outcome: str
    words: str
    is_good: bool


def answers_for(person: Person, *, since: datetime) -> list[Answer]:
    """The answers to the person's appeals and reports of mistakes since a moment, newest first."""
    mine = person.owns("appeal__person")
    settled = Settlement.objects.filter(mine, settled_at__gte=since).select_related("appeal__refused__page")
    answers = [
        Answer(
            each.settled_at,
            each.appeal.refused.page,
            str(
                _("You appealed: %(parts)s of %(day)s did not count.")
                % {
                    "parts": parts_in_words(each.appeal.asked),
                    "day": date_format(each.appeal.refused.day, "DATE_FORMAT"),
                }
            ),
            settlement_in_words(each),
            each.reason,
            each.is_granted,
        )
        for each in settled
    ]
    hers = person.owns("reported_by")
    problems = LessonProblem.objects.filter(hers, replied_at__gte=since).select_related("page")
    answers += [
        Answer(
            each.replied_at,
            each.page,
            _mistake(each.words),
            str(_("The teacher answered:")),
            each.reply,
            True,
        )
        for each in problems
        if each.replied_at
    ]
    return sorted([*answers, *_about_captions(hers, since)], key=lambda each: each.at, reverse=True)


def _about_captions(hers: Q, since: datetime) -> list[Answer]:
    """What became of her reports of wrong captions, with the live lesson that shows them."""
    reports = list(CaptionReport.objects.filter(hers, settled_at__gte=since))
    lessons = LessonPage.objects.live().defer("body").filter(video__in={each.video_id for each in reports})
    shown_in = {lesson.video_id: lesson for lesson in lessons} if reports else {}
    return [
        Answer(
            each.settled_at,
            shown_in[each.video_id],
            _mistake(f"{format_seconds(each.at_seconds)} {each.words}".strip()),
            each.get_outcome_display(),
            each.reply,
            each.outcome == ReportOutcome.CORRECTED,
        )
        for each in reports
        if each.settled_at and each.video_id in shown_in
    ]


def _mistake(words: str) -> str:
    return str(_("You found a mistake: %(words)s") % {"words": words})


def unfinished(progress: Progress, *, newest: int = 5) -> list[tuple[LessonPage, LessonState]]:
    """The lessons begun and not done, latest first, with how far the person has come."""
    open_records = [record for key, record in progress.records.items() if key not in progress.lessons_done]
    latest = sorted(open_records, key=lambda record: record.last_watched_at, reverse=True)[:newest]
    pages = _live_pages(record.page_id for record in latest)
    return [
        (pages[record.page_id], progress.lesson(pages[record.page_id])) for record in latest if record.page_id in pages
    ]


def next_lessons(progress: Progress, *, most: int = 3) -> list[LessonPage]:
    """Of each course under way the first lesson that is still missing, the course begun last first.

    A course with a lesson half watched is left out: that lesson is what comes next there. So are classes in person.
    """
    missing: list[list[UUID]] = []
    for enrolment in sorted(progress.enrolments.values(), key=lambda each: each.enrolled_at, reverse=True):
        current = progress.current.get(enrolment.course_key)
        if current is None or (enrolment.course_key, enrolment.round) in progress.courses_done:
            continue
        taught = [UUID(lesson["translation_key"]) for lesson in current.lessons]
        if not any(key in progress.records and key not in progress.lessons_done for key in taught):
            asked = asked_keys(enrolment.outline_version, current) - progress.lessons_done
            missing.append([key for key in taught if key in asked])
    keys = [key for each in missing for key in each]
    if not keys:
        return []
    pages = LessonPage.objects.live().defer("body").filter(translation_key__in=keys).exclude(kind=LessonKind.OFFLINE)
    found = {page.translation_key: page for page in pages}
    first = [next((found[key] for key in each if key in found), None) for each in missing]
    return [page for page in first if page][:most]


def begun_courses(progress: Progress) -> list[tuple[CoursePage, CourseState]]:
    """The live courses that the person has begun, those with something missing first."""
    ids = [enrolment.page_id for enrolment in progress.enrolments.values()]
    found = [(course, progress.course(course)) for course in CoursePage.objects.live().filter(pk__in=ids)]
    states = [(course, state) for course, state in found if state]
    return sorted(states, key=lambda entry: (entry[1].is_done, entry[0].path))


def _live_pages(ids: Iterable[int]) -> dict[int, LessonPage]:
    return {page.pk: page for page in LessonPage.objects.live().defer("body").filter(pk__in=list(ids))}


def group_seconds(record_ids: Iterable[int], *, without: GroupReceipt | None = None) -> Stretches:
    """What is known of these records from group viewings to which nobody objects; `without` leaves one out."""
    ids = list(record_ids)
    # An objection that was withdrawn had struck what was counted by then; only what was counted since holds.
    first = Q(tick__objection__isnull=True) | Q(
        tick__objection__withdrawal__isnull=False, tick__objection__withdrawal__record__isnull=True
    )
    receipts = GroupReceipt.objects.filter(first, record__in=ids)
    if without:
        receipts = receipts.exclude(pk=without.pk)
    again = GroupWithdrawal.objects.filter(record__in=ids)
    return Stretches.of(pair for each in (*receipts, *again) for pair in each.seconds.pairs)


def ticks_of(person: Person, *, newest: int = 30) -> list[GroupTick]:
    """At which group viewings the person was ticked, newest first, with what came of it."""
    ticks = GroupTick.objects.of(person).select_related(
        "viewing__page", "viewing__division", "receipt", "objection__withdrawal"
    )
    return list(ticks.order_by("-ticked_at", "-pk")[:newest])


@dataclass(frozen=True, slots=True)
class ScreeningCounts:
    """Who was at a screening, in figures; `afterwards` are those ticked by name once it was closed."""

    scanned: int = 0
    named: int = 0
    afterwards: int = 0
    objected: int = 0
    lost: int = 0

    @property
    def people(self) -> int:
        return self.scanned + self.named - self.objected


def screening_counts(viewings: Iterable[GroupViewing]) -> dict[int, ScreeningCounts]:
    """The figures of each of these screenings, in one query; `lost` are completions that hung on a struck tick."""
    ids = [each.pk for each in viewings]
    named = Q(how=TickKind.NAMED)
    objected = Q(objection__isnull=False, objection__withdrawal__isnull=True)
    found = (
        GroupTick.objects.filter(viewing__in=ids)
        .values("viewing")
        .annotate(
            scanned=Count("pk", filter=Q(how=TickKind.SCANNED)),
            named=Count("pk", filter=named),
            afterwards=Count("pk", filter=named & Q(ticked_at__gt=F("viewing__closed_at"))),
            objected=Count("pk", filter=objected),
            lost=Count("pk", filter=objected & Q(objection__completion__isnull=False)),
        )
        .order_by()
    )
    figures = ("scanned", "named", "afterwards", "objected", "lost")
    counts = {pk: ScreeningCounts(*row) for pk, *row in found.values_list("viewing", *figures)}
    return {pk: counts.get(pk, ScreeningCounts()) for pk in ids}
