"""A roster is read and kept to be looked at; nothing counts yet."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lms.audit.domain.recording import record
from lms.lib.durations import beijing_day
from lms.lib.encryption import decrypt, encrypt
from lms.lib.sheets import Limits, read_table
from lms.people.domain.roster.facts import load_facts, units_in_place
from lms.people.domain.roster.lines import Fault, Line, read_lines
from lms.people.domain.roster.planning import Planned, plan
from lms.people.models import Org, Person, RosterBatch
from lms.people.policies import roles_on, roster_orgs

ROSTER_PURPOSE = "roster"
LIMITS = Limits(rows=3000)


class RosterRefused(Exception):
    """This cannot be done with the roster; the text says why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What confirming an import would do, by the facts of now."""

    planned: Sequence[Planned]
    faults: Sequence[Fault]

    @property
    def is_confirmable(self) -> bool:
        return not self.faults and all(step.is_confirmable for step in self.planned)


def check_keeps_roster(org: Org, *, by: Person, at: datetime) -> None:
    """Raise RosterRefused unless `by` is an officer of this organisation department today."""
    if org not in roster_orgs(roles_on(by, beijing_day(at))):
        raise RosterRefused(_("The roster is kept by officers of this organisation department alone."))


@transaction.atomic
def read_roster(content: bytes, *, org: Org, by: Person, at: datetime) -> RosterBatch:
    """Keep what the file says, encrypted. Raises RosterRefused, or FileRefused where it is no roster at all."""
    check_keeps_roster(org, by=by, at=at)
    today = beijing_day(at)
    lines, faults = read_lines(read_table(content, LIMITS), units=units_in_place(org, today), on=today)
    kept = {"lines": [line.as_json() for line in lines], "faults": [astuple(fault) for fault in faults]}
    rows = len({line.row for line in lines} | {fault.row for fault in faults})
    batch = RosterBatch.objects.create(
        org=org, read_by=by, read_at=at, rows=rows, lines=encrypt(json.dumps(kept), ROSTER_PURPOSE)
    )
    detail = {"org": org.code, "rows": rows, "faults": len(faults)}
    record("roster.read", actor=by, subject_kind="roster_batch", subject_id=batch.pk, detail=detail, at=at)
    return batch


def preview(batch: RosterBatch, *, by: Person, at: datetime) -> Preview:
    """What confirming would do now; of a batch that was confirmed nothing is left to look at."""
    if not batch.lines:
        return Preview((), ())
    today, kept = beijing_day(at), json.loads(decrypt(batch.lines, ROSTER_PURPOSE))
    lines = [Line.of_json(line) for line in kept["lines"]]
    facts = load_facts(lines, org=batch.org, on=today)
    choices = {int(row): chosen for row, chosen in batch.choices.items()}
    planned = plan(lines, facts, choices, org_id=batch.org_id, actor_id=by.pk, on=today)
    return Preview(planned, [Fault(*fault) for fault in kept["faults"]])
