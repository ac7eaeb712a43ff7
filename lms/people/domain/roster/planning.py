"""What confirming a roster would do, row by row. Pure: the same rows, facts and choices give the same steps."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from lms.lib.sealing import canonical_bytes
from lms.people.domain.roster.facts import Facts, HeldPost, Known
from lms.people.domain.roster.lines import Line
from lms.people.enums import RosterMove, RosterOutcome

# Among the choices for a row: the person is not known yet.
A_NEW_PERSON = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """A post is held no longer from the day on."""

    post: HeldPost
    on: date


@dataclass(frozen=True, slots=True)
class Planned:
    """One row and what becomes of it; `person_id` is None for somebody new, `text` says what is wrong."""

    line: Line
    outcome: RosterOutcome
    person_id: int | None = None
    ends: tuple[Ending, ...] = ()
    begins: bool = False
    adds_identity: bool = False
    candidates: tuple[Known, ...] = ()
    text: str = ""

    @property
    def is_confirmable(self) -> bool:
        return self.outcome not in {RosterOutcome.ERROR, RosterOutcome.CONFLICT, RosterOutcome.ASK}


class _Stopped(Exception):
    """The row cannot be done as it stands."""

    def __init__(self, outcome: RosterOutcome, text: str) -> None:
        super().__init__(text)
        self.outcome, self.text = outcome, text


def plan(
    lines: Sequence[Line], facts: Facts, choices: dict[int, int], *, org_id: int, actor_id: int, on: date
) -> list[Planned]:
    """A step for each row, in their order.

    `org_id` is the department that manages what begins, `actor_id` the officer, who changes nothing about herself.
    `choices` names the person of rows whose person is asked for.
    """
    planned = [_plan_line(line, facts, choices.get(line.row), org_id, actor_id, on) for line in lines]
    chosen: dict[int, list[int]] = {}
    for step in planned:
        if step.person_id is not None and step.is_confirmable:
            chosen.setdefault(step.person_id, []).append(step.line.row)
    return [
        replace(
            step,
            outcome=RosterOutcome.ERROR,
            text=_("Several rows are said to be one person: %(rows)s. Decide again.")
            % {"rows": "、".join(map(str, chosen[step.person_id]))},
        )
        if step.is_confirmable and step.person_id is not None and len(chosen[step.person_id]) > 1
        else step
        for step in planned
    ]


def digest(planned: Sequence[Planned]) -> str:
    """What a preview showed, as 64 hex characters: different as soon as confirming would do something else."""
    rows = [
        {
            "line": step.line.as_json(),
            "outcome": step.outcome.value,
            "person": step.person_id,
            "ends": [[ending.post.pk, ending.post.active_to, ending.on] for ending in step.ends],
            "begins": step.begins,
            "identity": step.adds_identity,
            "candidates": [known.person_id for known in step.candidates],
        }
        for step in planned
    ]
    return hashlib.sha256(canonical_bytes({"rows": rows})).hexdigest()


def counts(planned: Sequence[Planned]) -> dict[str, int]:
    """How many rows have each outcome."""
    return {outcome.value: sum(step.outcome == outcome for step in planned) for outcome in RosterOutcome}


def _plan_line(line: Line, facts: Facts, choice: int | None, org_id: int, actor_id: int, on: date) -> Planned:
    known, candidates = facts.known.get(line.row), facts.candidates.get(line.row, ())
    try:
        if known is None and candidates:
            if any(each.is_elsewhere(on, of=org_id) for each in candidates):
                raise _elsewhere()
            if choice is None or choice not in {A_NEW_PERSON, *(each.person_id for each in candidates)}:
                return Planned(line, RosterOutcome.ASK, candidates=candidates)
            known = next((each for each in candidates if each.person_id == choice), None)
        if known is not None:
            _check_known(known, line, org_id, actor_id, on)
        return _plan_post(line, known, org_id)
    except _Stopped as stopped:
        return Planned(line, stopped.outcome, text=stopped.text)


def _elsewhere() -> _Stopped:
    """All that is said of somebody who is another's, or whose account is not to be used: nothing about her is told."""
    text = _("Already in the roster of another organisation. Please contact the organisation department above.")
    return _Stopped(RosterOutcome.CONFLICT, text)


def _check_known(known: Known, line: Line, org_id: int, actor_id: int, on: date) -> None:
    if known.person_id == actor_id:
        raise _Stopped(RosterOutcome.ERROR, _("This is you. Ask another officer to keep your own record."))
    was_own = any(post.authority_id == org_id for post in known.posts)
    if known.is_elsewhere(on, of=org_id) or (not was_own and (not known.is_present or known.name != line.name)):
        raise _elsewhere()
    if not known.is_present:
        raise _Stopped(
            RosterOutcome.CONFLICT, _("This account is suspended or closed. Ask the security administrator first.")
        )
    if known.name != line.name:
        raise _Stopped(
            RosterOutcome.CONFLICT,
            _("This identity number belongs to %(name)s in the roster. Look at the card; an import renames nobody.")
            % {"name": known.name},
        )


def _plan_post(line: Line, known: Known | None, org_id: int) -> Planned:
    person_id = known.person_id if known else None
    adds_identity = known is None or not known.has_identity
    ends, begins = _moves(line, known, org_id)
    if known is None:
        outcome = RosterOutcome.CREATE
    elif ends and not begins:
        outcome = RosterOutcome.LEAVE
    else:
        outcome = RosterOutcome.CHANGE if ends or begins or adds_identity else RosterOutcome.SAME
    return Planned(line, outcome, person_id, tuple(ends), begins, adds_identity)


def _moves(line: Line, known: Known | None, org_id: int) -> tuple[list[Ending], bool]:
    """Which posts end, and whether the row's begins. Only posts of the department are looked at and touched."""
    own = [post for post in known.posts if post.authority_id == org_id] if known else []
    if line.move == RosterMove.LEAVING:
        return _leaving(line, own)
    assert line.start is not None  # noqa: S101  (read_lines asks for it)
    if any(_says_the_same(post, line) for post in own):
        return [], False
    held = [post for post in own if post.is_open(line.start)]
    if line.move in {RosterMove.TRANSFER, RosterMove.PROMOTION}:
        return _replacing(line, held), True
    if line.move == RosterMove.CONCURRENT:
        if not held:
            raise _wrong(_("She holds no other post at that time. Write 新任."))
        if any(post.org_id == line.org_id and post.title == line.title for post in held):
            raise _wrong(_("She holds this very post already: %(posts)s.") % {"posts": _named(held)})
        return [], True
    if held:
        raise _wrong(
            _("Holds at that time: %(posts)s. Say in the column 变动 what happens to it: 调任, 晋升, 兼任 or 离任.")
            % {"posts": _named(held)}
        )
    return [], True


def _leaving(line: Line, own: list[HeldPost]) -> tuple[list[Ending], bool]:
    assert line.until is not None  # noqa: S101  (read_lines asks for it)
    these = [post for post in own if post.org_id == line.org_id and post.title == line.title]
    if any(post.active_to == line.until for post in these):
        return [], False
    ending = [post for post in these if post.active_from < line.until and post.is_open(line.until)]
    if not ending:
        raise _wrong(_("No such post is held in this unit on that day, so it cannot end. Look at unit, post and day."))
    return [Ending(post, line.until) for post in ending], False


def _replacing(line: Line, held: list[HeldPost]) -> list[Ending]:
    assert line.start is not None  # noqa: S101
    replaced = [post for post in held if line.move == RosterMove.TRANSFER or post.org_id == line.org_id]
    if not replaced:
        raise _wrong(_("There is no post that would end. Write 新任, or look at the unit."))
    if any(post.active_from >= line.start for post in replaced):
        raise _wrong(_("The new post must begin after the one that ends: %(posts)s.") % {"posts": _named(replaced)})
    return [Ending(post, line.start) for post in replaced]


def _says_the_same(post: HeldPost, line: Line) -> bool:
    said = (line.org_id, line.title, line.category, line.level, line.start, line.until)
    return said == (post.org_id, post.title, post.category, post.level, post.active_from, post.active_to)


def _named(posts: list[HeldPost]) -> str:
    return "、".join(f"{post.org_name} {post.title}（{post.active_from:%Y-%m-%d}）" for post in posts)


def _wrong(text: str) -> _Stopped:
    return _Stopped(RosterOutcome.ERROR, text)
