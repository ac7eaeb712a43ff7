"""What caps would leave of the rows of a list: told in the dry run, before anybody confirms."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import Q

from lms.credits.domain.capping import Line, line_of
from lms.credits.domain.limiting import allowed_after, any_caps, line_from_elsewhere
from lms.credits.domain.matching import chunks
from lms.credits.domain.previewing import Preview
from lms.credits.enums import ImportKind
from lms.credits.models import CreditLedgerEntry, CreditRule, ImportBatch
from lms.credits.queries import rule_in_force
from lms.people.models import Org, Person, Post


class _Authorities:
    """Whose rule holds for whom on which day; each rule is looked up once."""

    def __init__(self, owners: dict[int, int]) -> None:
        self._posts: dict[int, list[Post]] = defaultdict(list)
        self._rules: dict[tuple[int, date], CreditRule | None] = {}
        for part in chunks(list(owners)):
            posts = Post.objects.filter(person__in=part).select_related("cadre_authority__division__successor")
            for post in posts.order_by("active_from", "pk"):
                self._posts[owners[post.person_id]].append(post)
        for held in self._posts.values():
            held.sort(key=lambda post: (post.active_from, post.pk))

    def rule_on(self, person_id: int, day: date) -> CreditRule | None:
        held = [post for post in self._posts[person_id] if post.holds(day)]
        authority: Org | None = held[-1].cadre_authority if held else None
        if authority is None:
            return None
        known = authority.pk, day
        if known not in self._rules:
            self._rules[known] = rule_in_force(authority, day)
        return self._rules[known]


def foresee_cuts(preview: Preview, batch: ImportBatch) -> Preview:
    """Fill in what the caps of the rules in force would leave of each row, in the order in which they would be written.

    Where no rule has caps it costs one query.
    """
    if batch.kind != ImportKind.EXTERNAL or not preview.taken or not any_caps():
        return preview
    owners = _owners({line.person.pk for line in preview.taken})
    authorities = _Authorities(owners)
    record = _record(owners, {line.written.day.year for line in preview.taken})
    for line in preview.taken:
        rule = authorities.rule_on(line.person.pk, line.written.day)
        lines, caps = record[line.person.pk], rule.parameters.get("caps", {}) if rule else {}
        new = line_from_elsewhere(
            line.person.pk, seq=0, category=batch.category, day=line.written.day, achievement_key=line.key
        )
        # A row that changes what a list said before takes that back first.
        others = [each for each in lines if each.achievement_key != line.key]
        allowed = allowed_after((line.written.hours, line.written.days), caps, new, others, {})
        if allowed.why:
            preview.cuts[line.written.number] = allowed
        record[line.person.pk] = [*others, replace(new, hours=allowed.hours)]
    return preview


def _owners(persons: set[int]) -> dict[int, int]:
    """By account, whose it is: these persons, and accounts merged into theirs."""
    owners = {pk: pk for pk in persons}
    for part in chunks(sorted(persons)):
        merged = Person.objects.filter(merged_into__in=part).values_list("pk", "merged_into")
        owners |= {pk: into for pk, into in merged if into is not None}
    return owners


def _record(owners: dict[int, int], years: Iterable[int]) -> dict[int, list[Line]]:
    """The entries of these years as caps read them."""
    found: dict[int, list[Line]] = defaultdict(list)
    in_years = Q()
    for year in years:
        in_years |= Q(day__year=year)
    for part in chunks(list(owners)):
        entries = CreditLedgerEntry.objects.of(part).filter(in_years).select_related("outline_version", "reverses")
        for entry in entries.order_by("pk"):
            found[owners[entry.person_id]].append(line_of(entry))
    return found
