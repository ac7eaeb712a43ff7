"""Where credit hangs on watching, a check falls due, and what is watched from then on waits until it is answered."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce

from django.db.models import Q

from courses.models import LessonPage, Question
from courses.models.presence import LEAST_CHOICES, askable
from lms.learning.domain import checks
from lms.learning.domain.enrolling import Terms
from lms.learning.domain.evidence import Verdict
from lms.learning.enums import EvidenceKind
from lms.learning.models import PlaySession, PresenceCheck, StudyClock, WaitingStretch, WatchRecord
from lms.learning.queries import open_check
from lms.lib.durations import beijing_day
from lms.lib.stretches import Stretches
from lms.people.enums import FARMERS, LearnerCategory
from lms.people.models import Person
from lms.people.queries import categories_on

# In elder mode nobody of these is asked.
EXEMPT_IN_ELDER_MODE = frozenset({*(category.value for category in FARMERS), LearnerCategory.ELDER.value})
# A lesson without questions of its own leaves them to what was watched so lately, and looks at so many lessons.
LATELY = timedelta(days=1)
LESSONS_LOOKED_AT = 5


def hangs_on(person: Person, terms: Terms, record: WatchRecord, *, at: datetime) -> bool:
    """Whether credit hangs on watching this lesson for this person, so that checks fall due.

    Not where a quiz or reading completes it, not where she has watched enough already
    (what is known only from a package gives no hours by itself), not for farmers in elder mode.
    """
    credit_for = frozenset(terms.outline_version.credit_for)
    if not credit_for or terms.needed_seconds is None or record.witnessed.seconds >= terms.needed_seconds:
        return False
    earning = credit_for & categories_on(person, beijing_day(at))
    return bool(earning - EXEMPT_IN_ELDER_MODE if person.elder_mode else earning)


@dataclass(frozen=True, slots=True)
class Held:
    """The person's open check, and what of one record waits behind it."""

    check: PresenceCheck | None = None
    waiting: Stretches = field(default_factory=Stretches)


def held(session: PlaySession, clock: StudyClock, record: WatchRecord) -> Held:
    """What is held back in the session's record, or in its twins; nothing where no checks fall due."""
    check = open_check(clock.person_id) if session.has_checks else None
    if check is None:
        return Held()
    same = [record.pk]
    if record.is_united:
        same += WatchRecord.objects.twins_of(record).values_list("pk", flat=True)
    waiting = reduce(Stretches.union, (row.seconds for row in check.waiting.filter(record__in=same)), Stretches())
    return Held(check, waiting - record.coverage(EvidenceKind.ONLINE))


def hold_back(
    session: PlaySession, clock: StudyClock, before: Held, verdict: Verdict, *, at: datetime
) -> tuple[Verdict, Held]:
    """Let what is new in the verdict count up to the moment a check falls due, and keep the rest waiting.

    Returns the verdict on what counts now, and what of the report waits behind which check. What waits was paid with
    the report that brought it and is never paid again. The clock's counter is changed, not written.
    """
    if not session.has_checks:
        return verdict, before
    check, room = before.check, 0
    page: LessonPage | None = None
    if check is None:
        room = max(checks.due_after(clock.seed, clock.checks_answered) - clock.unchecked_seconds, 0)
        page = page_to_ask(session.page, clock.person_id, at=at) if verdict.new.seconds >= room else None
    counts, waits = checks.share(verdict.new, room if check or page else None)
    clock.unchecked_seconds += counts.seconds
    if page:
        check = fall_due(session, page, clock, at=at)
    if check and waits:
        wait_behind(check, session, waits, at=at)
    waiting = waits | (verdict.accepted & before.waiting)
    return replace(verdict, accepted=verdict.accepted - waiting, new=counts), Held(check, waiting)


def fall_due(
    session: PlaySession,
    page: LessonPage,
    clock: StudyClock,
    *,
    at: datetime,
    answerable_from: datetime | None = None,
) -> PresenceCheck:
    """Open a check about the lesson on this page; whoever calls holds the clock and has seen that none is open."""
    return PresenceCheck.objects.create(
        person_id=clock.person_id,
        session=session,
        page=page,
        after_seconds=clock.unchecked_seconds,
        opened_at=at,
        answerable_from=answerable_from or at,
    )


def wait_behind(check: PresenceCheck, session: PlaySession, stretches: Stretches, *, at: datetime) -> None:
    """Keep these seconds of the session's record until the check is answered."""
    row, made = WaitingStretch.objects.get_or_create(
        presence_check=check,
        record_id=session.record_id,
        defaults={"session": session, "stretches": stretches.to_bytes(), "last_at": at},
    )
    if not made:
        row.stretches, row.session, row.last_at = (row.seconds | stretches).to_bytes(), session, at
        row.save(update_fields=["stretches", "session", "last_at"])


def page_to_ask(page: LessonPage, person_id: int, *, at: datetime) -> LessonPage | None:
    """The lesson whose questions a check asks: the one being watched, else the last one watched that has some.

    None where there is nothing to ask; then nothing waits, and the check falls due in the next lesson with questions.
    """
    if questions_about(page):
        return page
    lately = WatchRecord.objects.filter(
        Q(page__presence_questions__isnull=False) | Q(page__quiz__isnull=False),
        Q(person=person_id) | Q(person__merged_into=person_id),
        covered_seconds__gt=0,
        last_watched_at__gt=at - LATELY,
    )
    for record in lately.exclude(page=page).select_related("page").order_by("-last_watched_at")[:LESSONS_LOOKED_AT]:
        if questions_about(record.page):
            return record.page
    return None


def questions_about(page: LessonPage) -> list[Question]:
    """What a check may ask about the lesson: its presence questions, else what is single choice in its quiz."""
    for question_set in (page.presence_questions, page.quiz):
        questions = list(question_set.questions.prefetch_related("choices")) if question_set else []
        if found := askable(questions, least_choices=LEAST_CHOICES) or askable(questions):
            return found
    return []
