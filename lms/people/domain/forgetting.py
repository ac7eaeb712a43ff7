"""Rows whose time is over are deleted: codes, tallies, sent messages, sessions, imports that nobody confirmed."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Model, Q

from lms.people.models import KeptAccount, PhoneSession, RosterBatch, SentMessage, SmsDevice, Tally
from lms.people.models.phones import KEPT_AT_MOST, KEPT_UNUSED

Forgettable = (
    type[SmsDevice] | type[Tally] | type[SentMessage] | type[RosterBatch] | type[KeptAccount] | type[PhoneSession]
)


def forget_expired(*, at: datetime, dry_run: bool = False) -> dict[str, int]:
    """Delete what its model's RETENTION says is over; how many rows of each model."""

    def before(model: Forgettable) -> datetime:
        return at - timedelta(days=model.RETENTION.days or 0)

    old: dict[type[Model], Q] = {
        SmsDevice: Q(last_generated_timestamp__lt=before(SmsDevice))
        | Q(last_generated_timestamp__isnull=True, valid_until__lt=before(SmsDevice)),
        Tally: Q(window_start__lt=before(Tally)),
        SentMessage: Q(sent_at__lt=before(SentMessage)),
        KeptAccount: Q(last_used_at__lt=at - KEPT_UNUSED) | Q(kept_at__lt=at - KEPT_AT_MOST),
        PhoneSession: ~Q(session_key__in=Session.objects.filter(expire_date__gt=at).values("session_key")),
        RosterBatch: Q(confirmed_at__isnull=True, read_at__lt=before(RosterBatch)),
    }
    counted = {}
    for model, condition in old.items():
        rows = model._default_manager.filter(condition)
        counted[model._meta.label] = rows.count() if dry_run else rows.delete()[0]
    return counted
