"""Who was there: she scans the code that changes, or the helper finds her by name and ticks her."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from courses.policies import can_play
from lms.audit.domain import record
from lms.learning.domain import screening
from lms.learning.domain.counting import count_tick
from lms.learning.domain.enrolling import lock_clock
from lms.learning.domain.speaking import tell_ticked
from lms.learning.domain.viewing import hear_of
from lms.learning.enums import TickKind
from lms.learning.models import GroupTick, GroupViewing
from lms.learning.models.screening import TICKS_AFTER
from lms.learning.policies import villagers_of
from lms.lib.durations import beijing_day, beijing_midnight
from lms.people.models import Person
from lms.people.queries import same_person_ids


class CannotTick(Exception):
    """This person cannot be ticked at this screening; the text says why and what to do."""


def scan(viewing: GroupViewing, person: Person, *, step: int, code: str, seen_at: datetime, at: datetime) -> GroupTick:
    """The person scanned the code, and her phone reached the server at `seen_at`; she is there from then on.

    Where the helper's phone has no network, those who scan have one of their own: by the first of them the server hears
    of the doors. Told twice, the first tick stands. Raises CannotTick, leaving nothing.
    """
    if viewing.doors_at is None or viewing.is_offline:
        viewing = _heard(viewing, step, code, seen_at=seen_at, at=at)
    doors_at = viewing.doors_at
    if doors_at is None:
        raise CannotTick(_("This screening has not begun. Scan the code on the helper’s phone."))
    if not screening.is_fresh(viewing.secret, step, code, doors_at=doors_at, at=seen_at):
        raise CannotTick(_("This code is not shown any more. Scan the one that is on the helper’s phone now."))
    known = _known(viewing, person)
    if known:
        return known
    if viewing.ended_at(seen_at):
        raise CannotTick(_("The film is over. If you were there, the helper can tick you by name."))
    if not viewing.is_offline and viewing.opened_at is None and seen_at > doors_at + screening.GATHERING:
        raise CannotTick(_("The film has not begun within an hour. The helper opens the screening anew."))
    with transaction.atomic():
        GroupViewing.objects.select_for_update().get(pk=viewing.pk)
        if viewing.ticks.filter(how=TickKind.SCANNED).count() >= settings.SCREENING_SCANNED_MOST:
            raise CannotTick(_("As many people have scanned as one hall holds. The helper can tick you by name."))
        return _tick(viewing, person, TickKind.SCANNED, viewing.shown_seconds(seen_at), by=person, at=at)


def tick(viewing: GroupViewing, person: Person, *, from_second: int, at: datetime) -> GroupTick:
    """The helper ticks somebody of her place by name, during the screening or within 24 hours after it.

    She says from when on the person was there; never from later than now. Told twice, the first tick stands. Raises
    CannotTick, leaving nothing.
    """
    if viewing.doors_at is None:
        raise CannotTick(_("Open the screening first."))
    known = _known(viewing, person)
    if known:
        return known
    ended_at = viewing.ended_at(at)
    if ended_at and at > ended_at + TICKS_AFTER:
        raise CannotTick(_("People are ticked within 24 hours after the end. It is too late now."))
    with transaction.atomic():
        lock_clock(viewing.helper)
        if viewing.ticks.filter(how=TickKind.NAMED).count() >= settings.SCREENING_NAMED_MOST:
            raise CannotTick(
                _("You ticked %(most)d people by name here, which is the most. The others scan the code.")
                % {"most": settings.SCREENING_NAMED_MOST}
            )
        today = beijing_midnight(beijing_day(at))
        hers = GroupTick.objects.filter(viewing__helper=viewing.helper_id, how=TickKind.NAMED, ticked_at__gte=today)
        if hers.count() >= settings.SCREENING_NAMED_PER_DAY:
            raise CannotTick(
                _("You ticked %(most)d people by name today, which is the most. The others scan the code.")
                % {"most": settings.SCREENING_NAMED_PER_DAY}
            )
        start = min(max(from_second, 0), viewing.shown_seconds(at))
        made = _tick(viewing, person, TickKind.NAMED, start, by=viewing.helper, at=at)
    if viewing.closed_at:
        count_tick(made.pk, at=at)
    return made


def _heard(viewing: GroupViewing, step: int, code: str, *, seen_at: datetime, at: datetime) -> GroupViewing:
    """The screening as it stands once this code has told the server of its doors, if it does."""
    doors_at = doors_heard_of(viewing, step, code, seen_at=seen_at)
    if doors_at is None or (viewing.doors_at and viewing.doors_at <= doors_at):
        return viewing
    return hear_of(viewing, doors_at=doors_at, at=at)


def doors_heard_of(viewing: GroupViewing, step: int, code: str, *, seen_at: datetime) -> datetime | None:
    """When the doors opened by this code, where the server has only such codes to go by and it may be so at all."""
    if viewing.closed_at or seen_at > viewing.valid_until or (viewing.doors_at and not viewing.is_offline):
        return None
    return screening.doors_shown_by(
        viewing.secret,
        step,
        code,
        decoded_seconds=viewing.decoded_seconds,
        prepared_at=viewing.prepared_at,
        at=seen_at,
    )


def is_shown_now(viewing: GroupViewing, step: int, code: str, *, at: datetime) -> bool:
    """Whether the code can be on the helper's phone at this moment; nothing is written."""
    heard = doors_heard_of(viewing, step, code, seen_at=at)
    doors_at = min(filter(None, (viewing.doors_at, heard)), default=None)
    return doors_at is not None and screening.is_fresh(viewing.secret, step, code, doors_at=doors_at, at=at)


def _known(viewing: GroupViewing, person: Person) -> GroupTick | None:
    return viewing.ticks.of(person.survivor).order_by("pk").first()


def _tick(
    viewing: GroupViewing, person: Person, how: TickKind, from_second: int, *, by: Person, at: datetime
) -> GroupTick:
    person = person.survivor
    if viewing.helper_id in same_person_ids(person):
        raise CannotTick(_("A helper does not tick herself. Ask another helper, or watch the lesson on your phone."))
    if not villagers_of(viewing, on=beijing_day(at)).filter(pk=person.pk).exists():
        raise CannotTick(
            _("This screening is for the people of %(place)s. Go to the helper of your own village.")
            % {"place": viewing.division.name}
        )
    if not can_play(person, viewing.page, at):
        raise CannotTick(_("This lesson is not for this person, or was taken down."))
    elsewhere = _elsewhere(viewing, person, from_second, at=at)
    if elsewhere:
        raise CannotTick(_("At this time the person is already ticked at another screening. Nobody is in two halls."))
    made, is_new = GroupTick.objects.get_or_create(
        viewing=viewing, person=person, defaults={"how": how, "from_second": from_second, "ticked_at": at}
    )
    if is_new:
        tell_ticked(made, at=at)
        record(
            "screening.ticked",
            actor=by,
            subject_kind="person",
            subject_id=person.pk,
            detail={"screening": viewing.pk, "how": how.value},
            at=at,
        )
    return made


def _elsewhere(viewing: GroupViewing, person: Person, from_second: int, *, at: datetime) -> bool:
    """Whether she stands ticked at another screening that runs, or ran, at the same time.

    Where one of the two ran without network nobody knows when, and her clock alone decides.
    """
    if viewing.is_offline:
        return False
    came = (viewing.opened_at + timedelta(seconds=from_second)) if viewing.opened_at else at
    ended = viewing.ended_at(at) or at
    others = GroupTick.objects.of(person).standing().exclude(viewing=viewing).filter(viewing__is_offline=False)
    for other in others.filter(viewing__doors_at__lte=ended).select_related("viewing").order_by("-pk")[:20]:
        theirs = other.viewing
        begun = theirs.opened_at + timedelta(seconds=other.from_second) if theirs.opened_at else theirs.doors_at
        over = theirs.ended_at(at)
        if theirs.opened_at is None and theirs.doors_at and at > theirs.doors_at + screening.GATHERING:
            continue  # nobody came, or nothing was ever shown
        if begun and begun <= ended and (over is None or over > came):
            return True
    return False
