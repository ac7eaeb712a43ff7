"""重新核算: a requirement has changed, and everybody is held against it again, in the background and batch by batch."""

import time
from datetime import datetime

from django.db import transaction

from lms.credits.domain.assessing import keep_standings, people_with_posts
from lms.credits.domain.holding import read_rows
from lms.credits.domain.requiring import Needs
from lms.credits.models import Reassessment
from lms.lib.durations import beijing_day


def ask_for_reassessment(*, at: datetime) -> Reassessment:
    """A run over everybody; one that is going on begins again, because what it has done is no longer right."""
    total = people_with_posts(most=None).count()
    with transaction.atomic():
        run = Reassessment.objects.select_for_update().filter(finished_at__isnull=True).first() or Reassessment()
        run.asked_at, run.total, run.done, run.last_person = at, total, 0, 0
        run.save()
    return run


def go_on(run_id: int, *, at: datetime, seconds: float | None = None) -> bool:
    """Assess one batch after the other, at most about so many seconds; whether the run is finished.

    A batch and how far the run has come are written together: whoever is killed loses nothing and does nothing twice.
    """
    begun, needs = time.monotonic(), Needs(read_rows())
    while True:
        with transaction.atomic():
            run = Reassessment.objects.select_for_update().get(pk=run_id)
            if run.finished_at is not None:
                return True
            if run.last_person == 0:
                needs = Needs(read_rows())
            batch = list(people_with_posts(after=run.last_person))
            if batch:
                keep_standings(batch, on=beijing_day(at), needs=needs)
                run.done, run.last_person = run.done + len(batch), batch[-1].pk
            else:
                run.finished_at = at
            run.save()
        if seconds is not None and time.monotonic() - begun > seconds:
            return run.finished_at is not None


def go_on_with_all(*, at: datetime) -> None:
    """Finish what a lost task left behind."""
    for run_id in list(Reassessment.objects.filter(finished_at__isnull=True).values_list("pk", flat=True)):
        go_on(run_id, at=at)
