"""登记: a completion becomes entries on the record."""

from datetime import datetime
from typing import Any

from django.db import transaction

from lms.credits.domain.appending import announce, append, heads_of, lock_chains, with_chains
from lms.credits.domain.capping import Line
from lms.credits.domain.limiting import Allowed, within_caps
from lms.credits.domain.recognising import NOTHING, Part, Recognition, Study, recognise
from lms.credits.domain.studying import Completion, read_study, source_of
from lms.credits.enums import CreditCategory, EntryKind
from lms.credits.models import CreditLedgerEntry, CreditRule
from lms.credits.queries import counted_lessons
from lms.people.queries import same_person_ids


def freeing_reversal(person_id: int, *, achievement_key: str, component: str, round_number: int) -> int | None:
    """The reversal (id) that set the achievement free again, if it was ever taken, for its next entry to name."""
    reversals = CreditLedgerEntry.objects.filter(
        person=person_id,
        reverses__achievement_key=achievement_key,
        reverses__component=component,
        reverses__round=round_number,
        reverses__counts=True,
        frees__isnull=True,
    )
    return reversals.values_list("pk", flat=True).first()


def evidence_of(study: Study, rule: CreditRule, part: Part) -> dict[str, Any]:
    """What an entry keeps of the study: the rule as it was, the lessons, and who they give hours to."""
    return {
        "terms": rule.terms,
        "lessons": [lesson.evidence for lesson in part.lessons],
        "categories": sorted(study.categories),
        "credit_for": sorted(study.credit_for),
    }


def recognise_completion(completion: Completion) -> tuple[Recognition, Study, CreditRule | None]:
    """What the completion is worth at this moment, given what already counts."""
    accounts = same_person_ids(completion.person)
    study, rule = read_study(completion, accounts)
    counted = counted_lessons(accounts, completion.round)
    return recognise(study, rule.terms if rule else None, counted=counted), study, rule


def register_credit(completion: Completion, *, at: datetime) -> list[CreditLedgerEntry]:
    """Write the hours of the completion to the person's ledger; one entry for each component.

    Told twice, the first entries are returned and nothing is added. Lessons that already gave hours in this round
    give an entry of zero hours with its reason. Where no rule is in force, or the person's category earns nothing,
    there are no entries; `missing.not_yet_because` says why.
    """
    source_kind, source_id = source_of(completion)
    mine = CreditLedgerEntry.objects.caused_by(source_kind, source_id).order_by("seq")
    accounts = same_person_ids(completion.person)
    begun = with_chains([completion.person_id, *accounts])
    if completion.person_id not in begun:
        # Most farmers never earn an hour: nothing is begun, and nothing locked, for who gets none.
        study, rule = read_study(completion, accounts)
        # Whatever already counts makes a part worth nothing; it is a part all the same, so that need not be read yet.
        if not recognise(study, rule.terms if rule else None).parts:
            return list(mine)
    with transaction.atomic():
        chains = lock_chains([completion.person_id, *accounts], known=begun)
        chain = chains[completion.person_id]
        entries = list(mine)
        known = {entry.component for entry in entries}
        # Only under the lock is it certain what holds and what already counts.
        recognition, study, rule = recognise_completion(completion)
        added = []
        for part in recognition.parts:
            if part.component in known or rule is None:
                continue
            line = Line(
                person_id=completion.person_id,
                seq=chain.seq + 1,
                category=CreditCategory.ONLINE_SELF_STUDY,
                day=study.day,
                achievement_key=study.achievement_key,
                course=str(completion.outline_version.course_key),
                round=completion.round,
            )
            allowed, freed_by = Allowed(part.hours, NOTHING), None
            if part.counts:
                allowed = within_caps((part.hours, NOTHING), rule.parameters, line, heads_of(chains))
                freed_by = freeing_reversal(
                    completion.person_id,
                    achievement_key=study.achievement_key,
                    component=part.component,
                    round_number=completion.round,
                )
            entry = append(
                chain,
                at=at,
                kind=EntryKind.EARNED,
                source_kind=source_kind,
                source_id=source_id,
                component=part.component,
                achievement_key=study.achievement_key,
                round=completion.round,
                counts=part.counts,
                category=line.category,
                hours=allowed.hours,
                day=study.day,
                rule=rule,
                outline_version=completion.outline_version,
                freed_by_id=freed_by,
                evidence=evidence_of(study, rule, part) | allowed.evidence,
                why=[*part.why, *allowed.why],
            )
            added.append(entry)
        announce(completion.person_id, added)
    return [*entries, *added]
