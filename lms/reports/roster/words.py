"""A roster's rows as an officer reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from lms.people.domain.roster.facts import Known
from lms.people.domain.roster.lines import Fault, Line
from lms.people.domain.roster.planning import A_NEW_PERSON, Planned
from lms.people.enums import PersonnelCategory, PostLevel, RosterOutcome
from lms.people.models.identities import mask_identity_number


@dataclass
class RowInWords:
    """One row: whose, for which post, and what will happen; or what is wrong, with the column."""

    row: int
    name: str = ""
    identity: str = ""
    post: str = ""
    sentences: list[str] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)


def outcome_counts(planned: Sequence[Planned], faults: Sequence[Fault]) -> list[tuple[RosterOutcome, int]]:
    """How many rows have each outcome; rows that cannot be read are to be mended, too."""
    counted = dict.fromkeys(RosterOutcome, 0)
    for step in planned:
        counted[step.outcome] += 1
    counted[RosterOutcome.ERROR] += len({fault.row for fault in faults})
    return list(counted.items())


def rows_in_words(
    planned: Sequence[Planned], faults: Sequence[Fault], outcome: RosterOutcome, *, org_id: int
) -> list[RowInWords]:
    """The rows with the outcome, in their order."""
    rows = {step.line.row: _row(step, org_id) for step in planned if step.outcome == outcome}
    if outcome == RosterOutcome.ERROR:
        for fault in faults:
            row = rows.setdefault(fault.row, RowInWords(fault.row, fault.name))
            row.sentences.append(_("Column “%(column)s”: %(fault)s") % {"column": fault.heading, "fault": fault.text})
    return [rows[number] for number in sorted(rows)]


def _row(step: Planned, org_id: int) -> RowInWords:
    line = step.line
    return RowInWords(
        line.row,
        line.name,
        mask_identity_number(line.identity_number),
        f"{line.org_name} {line.title}",
        [step.text] if step.text else _sentences(step),
        [*((known.person_id, _who(known, org_id)) for known in step.candidates), (A_NEW_PERSON, _("Somebody new"))]
        if step.candidates
        else [],
    )


def _sentences(step: Planned) -> list[str]:
    said = []
    if step.outcome == RosterOutcome.ASK:
        return [_("Is this one of these people? Ask her, or look at the identity card.")]
    if step.outcome == RosterOutcome.CREATE:
        said.append(
            _("An account is made; she signs in with this phone.")
            if step.line.phone
            else _("An account is made; without a phone she cannot sign in yet.")
        )
    elif step.adds_identity:
        said.append(_("The identity number is added to her account."))
    said += [
        _("%(post)s ends; %(day)s is the first day without it.")
        % {"post": f"{ending.post.org_name} {ending.post.title}", "day": ending.on.isoformat()}
        for ending in step.ends
    ]
    if step.begins:
        said.append(_begins(step.line))
    return said or [_("Nothing changes.")]


def _begins(line: Line) -> str:
    words = [str(PersonnelCategory(line.category).label), *([str(PostLevel(line.level).label)] if line.level else [])]
    said: dict[str, Any] = {
        "post": f"{line.org_name} {line.title}",
        "kind": "，".join(words),
        "day": line.start,
        "until": line.until,
    }
    if line.until:
        return _("%(post)s (%(kind)s) begins on %(day)s and ends; %(until)s is the first day without it.") % said
    return _("%(post)s (%(kind)s) begins on %(day)s.") % said


def _who(known: Known, org_id: int) -> str:
    """Her posts with this department; of anybody else no more than that there is an account."""
    own = [f"{post.org_name} {post.title}" for post in known.posts if post.authority_id == org_id]
    if own:
        return _("In the roster: %(posts)s") % {"posts": "、".join(own)}
    return _("Has an account here with this name and phone, and no post yet")
