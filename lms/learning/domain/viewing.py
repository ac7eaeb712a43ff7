"""A helper prepares a screening, opens the doors, starts the film, closes; or hands in one that ran without network."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courses.models import LessonPage
from courses.policies import can_play
from lms.audit.domain import record
from lms.learning.domain import screening
from lms.learning.domain.counting import count_tick, count_ticks
from lms.learning.domain.enrolling import lock_clock
from lms.learning.models import GroupTick, GroupViewing
from lms.learning.models.screening import GroupViewingQuerySet
from lms.learning.policies import role_for_screening
from lms.learning.signals import announce, group_viewing_closed
from lms.lib.durations import beijing_day
from lms.people.models import Person

# Whoever prepares more than this in a day prepares for more halls than she can stand in.
PREPARED_A_DAY = 20
# Whoever closes waits for so many people to be counted; the others are counted by a task.
COUNTED_AT_ONCE = 40


class CannotScreen(Exception):
    """The screening cannot go this step; the text says why and what to do."""


def prepare(helper: Person, lesson: LessonPage, *, at: datetime) -> GroupViewing:
    """Give the helper the right to screen the lesson once within seven days in her place, with network or without."""
    role = role_for_screening(helper, on=beijing_day(at))
    if role is None:
        raise CannotScreen(_("Only the learning helper of a village or township opens a group viewing."))
    if lesson.video is None or not lesson.video.decoded_seconds or not can_play(helper, lesson, at):
        raise CannotScreen(_("This lesson has no film that can be shown at the moment. Choose another one."))
    with transaction.atomic():
        lock_clock(helper)
        since = at - timedelta(days=1)
        if GroupViewing.objects.filter(helper=helper, prepared_at__gt=since).count() >= PREPARED_A_DAY:
            raise CannotScreen(_("You have prepared many screenings today. Use one of them, or come back tomorrow."))
        viewing = GroupViewing.objects.create(
            helper=helper,
            org=role.org,
            division=role.org.division,
            lesson_key=lesson.translation_key,
            page=lesson,
            video=lesson.video,
            decoded_seconds=lesson.video.decoded_seconds,
            prepared_at=at,
            valid_until=at + screening.PREPARED_VALID,
        )
        _record("screening.prepared", viewing, at=at)
    return viewing


def open_doors(viewing: GroupViewing, *, at: datetime) -> GroupViewing:
    """Let people come and scan; the film does not run yet. Told twice, the first moment stands.

    A screening of the same helper that is over and was never closed is closed first; one that still runs stands in the
    way, because nobody stands in two halls.
    """
    viewing = _now(viewing)
    if viewing.closed_at:
        raise CannotScreen(_("This screening is closed. Prepare a new one."))
    if viewing.is_offline:
        raise CannotScreen(_("People have scanned here without your network. Go on on your phone and close it there."))
    if viewing.doors_at:
        return viewing
    if at > viewing.valid_until:
        raise CannotScreen(_("This screening was prepared more than seven days ago. Prepare a new one."))
    if not can_play(viewing.helper, viewing.page, at) or viewing.page.video_id != viewing.video_id:
        raise CannotScreen(_("This lesson was taken down or changed meanwhile. Prepare it again."))
    close_left_open(GroupViewing.objects.filter(helper=viewing.helper_id), at=at)
    with transaction.atomic():
        lock_clock(viewing.helper)
        if GroupViewing.objects.underway().filter(helper=viewing.helper_id).exclude(pk=viewing.pk).exists():
            raise CannotScreen(_("Another screening of yours is still running. Close that one first."))
        opened = GroupViewing.objects.filter(pk=viewing.pk, doors_at=None, closed_at=None).update(doors_at=at)
        if opened:
            _record("screening.doors_opened", viewing, at=at)
    return _now(viewing)


def start(viewing: GroupViewing, *, at: datetime) -> GroupViewing:
    """The film begins, once; from here on the server's clock runs. Told twice, the first moment stands."""
    viewing = open_doors(viewing, at=at)
    if viewing.opened_at is None:
        with transaction.atomic():
            lock_clock(viewing.helper)
            waiting = GroupViewing.objects.filter(pk=viewing.pk, opened_at=None, closed_at=None)
            if waiting.update(opened_at=at):
                _record("screening.started", viewing, at=at)
    return _now(viewing)


def close(viewing: GroupViewing, *, at: datetime) -> GroupViewing:
    """The film is over or broken off: what was shown counts for everybody who was there. Told twice, the first stands.

    It counts up to the end of the film, however late somebody closes.
    """
    with transaction.atomic():
        lock_clock(viewing.helper)
        viewing = _now(viewing)
        if viewing.doors_at is None:
            raise CannotScreen(_("This screening has not begun."))
        if viewing.closed_at is None:
            viewing.seconds = viewing.shown_seconds(at)
            over = viewing.film_ends_at
            viewing.closed_at = min(at, over) if over else at
            viewing.save(update_fields=["seconds", "closed_at"])
            _record("screening.closed", viewing, at=at, seconds=viewing.seconds)
    count_now(viewing, at=at)
    return viewing


def count_now(viewing: GroupViewing, *, at: datetime) -> None:
    """Count as many people as somebody waits for; a task counts the others."""
    if count_ticks(viewing, at=at, most=COUNTED_AT_ONCE) == COUNTED_AT_ONCE:
        announce(group_viewing_closed, viewing_id=viewing.pk)


def hear_of(viewing: GroupViewing, *, doors_at: datetime, at: datetime) -> GroupViewing:
    """Somebody with a network of her own scanned a code of a phone without: its doors are open since then, or before.

    The earliest word stands: a code that was passed on late says a later moment.
    """
    waiting = GroupViewing.objects.filter(pk=viewing.pk, opened_at=None, closed_at=None)
    unheard = Q(doors_at=None) | Q(is_offline=True, doors_at__gt=doors_at)
    if waiting.filter(unheard).update(doors_at=doors_at, is_offline=True):
        _record("screening.heard_of", viewing, at=at)
    return _now(viewing)


def hand_in(viewing: GroupViewing, *, seconds: int, at: datetime) -> GroupViewing:
    """The phone had no network: it counted how long the film ran, and the server says how much of that can be so.

    So may the network have gone between the doors and the film. It is closed by this; told twice, the first stands.
    Whoever calls ticks the people afterwards and then counts (`count_now`).
    """
    with transaction.atomic():
        lock_clock(viewing.helper)
        viewing = _now(viewing)
        if viewing.closed_at and viewing.opened_at is None:
            raise CannotScreen(_("This screening was closed before any film began, so it cannot count any more."))
        if viewing.closed_at:
            return viewing
        if viewing.opened_at:
            raise CannotScreen(_("This screening was opened with network. Close it on its page."))
        if at > viewing.valid_until:
            raise CannotScreen(_("This screening was prepared more than seven days ago, so it cannot count any more."))
        others = GroupViewing.objects.filter(helper=viewing.helper_id, closed_at__gt=viewing.prepared_at)
        viewing.seconds = screening.vouched_seconds(
            seconds,
            decoded_seconds=viewing.decoded_seconds,
            prepared_at=viewing.prepared_at,
            at=at,
            others=list(others.values_list("seconds", flat=True)),
        )
        viewing.is_offline, viewing.opened_at = True, viewing.prepared_at
        viewing.doors_at = viewing.doors_at or viewing.prepared_at
        viewing.closed_at = at
        viewing.save(update_fields=["seconds", "is_offline", "doors_at", "opened_at", "closed_at"])
        _record("screening.handed_in", viewing, at=at, seconds=viewing.seconds)
    return viewing


def close_left_open(viewings: GroupViewingQuerySet, *, at: datetime, dry_run: bool = False) -> list[GroupViewing]:
    """Close those whose film is over, or to which nobody came for an hour, or that no phone ever handed in.

    The sweeper calls it for all: a phone that died closes nothing.
    """
    found = []
    for viewing in viewings.underway().select_related("helper__merged_into"):
        shut_at = viewing.film_ends_at or (viewing.doors_at or at) + screening.GATHERING
        if at >= shut_at:
            found.append(viewing)
            if not dry_run:
                close(viewing, at=at)
    for viewing in viewings.never_handed_in(at).select_related("helper__merged_into"):
        found.append(viewing)
        if not dry_run:
            close(viewing, at=at)
    return found


def count_uncounted(*, at: datetime, dry_run: bool = False) -> int:
    """The sweeper's other half: ticks of closed screenings that a process which died left uncounted; how many."""
    waiting = GroupTick.objects.standing().filter(receipt__isnull=True, viewing__closed_at__isnull=False)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    if not dry_run:
        for pk in ids:
            count_tick(pk, at=at)
    return len(ids)


def _now(viewing: GroupViewing) -> GroupViewing:
    """As it stands in the database."""
    related = ("helper__merged_into", "page__video", "org", "division__successor")
    return GroupViewing.objects.select_related(*related).get(pk=viewing.pk)


def _record(action: str, viewing: GroupViewing, *, at: datetime, **detail: int) -> None:
    record(
        action,
        actor=viewing.helper,
        subject_kind="group_viewing",
        subject_id=viewing.pk,
        detail={"code": viewing.page.code, **detail},
        at=at,
    )
