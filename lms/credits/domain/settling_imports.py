"""The rows of confirmed imports become entries, and those of undone imports are taken back; a few at a time.

Every step may be repeated: a row causes one entry, and one that was taken back is not taken back again. What a lost
task left is settled by `register_missing_credits`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.credits.domain.appending import announce, append, heads_of, lock_chains
from lms.credits.domain.capping import Line
from lms.credits.domain.correcting import append_correction, append_reversal
from lms.credits.domain.importing import ImportRefused, authorities_of
from lms.credits.domain.limiting import Allowed, cap_rule, line_from_elsewhere, within_caps_from_elsewhere
from lms.credits.domain.recognising import step
from lms.credits.domain.registering import freeing_reversal
from lms.credits.enums import Component, EntryKind, ImportKind, ImportState, SourceKind
from lms.credits.models import CreditChain, CreditLedgerEntry, CreditRule, ImportBatch, ImportedHours
from lms.credits.signals import import_undone
from lms.lib.durations import beijing_day
from lms.people.models import Person, Post

# So many rows are settled in one transaction; nobody else waits longer than for these.
AT_ONCE = 50
Held = dict[int, dict[int, CreditChain]]
"""By account the locked chains of all accounts of the same human being."""


def rows_without_entries() -> Any:
    """Rows of imports that hold which have no entry yet."""
    entries = CreditLedgerEntry.objects.filter(source_kind=SourceKind.IMPORTED_HOURS, source_id=OuterRef("pk"))
    return ImportedHours.objects.holding().filter(~Exists(entries)).order_by("pk")


def settle_import(batch: ImportBatch, *, at: datetime) -> int:
    """Register what the batch still owes, or take back what it gave; how many entries were written."""
    batch.refresh_from_db()
    if batch.state == ImportState.CONFIRMED:
        waiting = rows_without_entries().filter(batch=batch)
        written = sum(_settle(part, register_imported, at=at) for part in _parts(waiting))
        ImportBatch.objects.filter(pk=batch.pk, state=ImportState.CONFIRMED).update(state=ImportState.REGISTERED)
        return written
    if batch.state == ImportState.UNDOING:
        written = sum(_settle(part, take_back, at=at) for part in _parts(batch.hours.order_by("pk")))
        ImportBatch.objects.filter(pk=batch.pk, state=ImportState.UNDOING).update(state=ImportState.UNDONE)
        return written
    return 0


def unsettled_imports() -> list[ImportBatch]:
    """Imports of which something is still to be written."""
    return list(ImportBatch.objects.filter(state__in=[ImportState.CONFIRMED, ImportState.UNDOING]).order_by("pk"))


def _parts(rows: Any) -> Iterator[list[int]]:
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _settle(ids: list[int], settle: Any, *, at: datetime) -> int:
    with transaction.atomic():
        rows = ImportedHours.objects.filter(pk__in=ids).select_related(
            "batch__platform", "batch__confirmed_by", "person__merged_into"
        )
        held = _held(rows.values_list("person_id", flat=True))
        return sum(len(settle(row, at=at, held=held)) for row in rows.order_by("person_id", "pk"))


def standing_entry(row: ImportedHours) -> CreditLedgerEntry | None:
    """What counts on the person's record for the achievement of the row."""
    entries = CreditLedgerEntry.objects.of([row.person_id]).standing()
    return entries.filter(achievement_key=row.achievement_key, component=Component.BASE).first()


@transaction.atomic
def register_imported(row: ImportedHours, *, at: datetime, held: Held | None = None) -> list[CreditLedgerEntry]:
    """Write the hours of the row; one that replaces another takes the other's back first. Told twice, nothing.

    Where the achievement counts already through another door, the entry is worth nothing and says so.
    """
    chains = (held or _held([row.person_id]))[row.person_id]
    chain = chains[row.person_id]
    if CreditLedgerEntry.objects.caused_by(SourceKind.IMPORTED_HOURS, row.pk).exists():
        return []
    batch, added = row.batch, []
    standing = standing_entry(row)
    if standing and row.replaces_id:
        reason = _("A newer list of the platform says %(hours)s hours.") % {"hours": row.hours}
        added.append(append_reversal(chain, standing, reason=reason, by=batch.confirmed_by, at=at))
        standing = None
    counts = standing is None
    freed_by = freeing_reversal(
        row.person_id, achievement_key=row.achievement_key, component=Component.BASE, round_number=1
    )
    allowed, rule = Allowed(row.hours, row.days), rule_of(row)
    if counts:
        allowed = within_caps_from_elsewhere((row.hours, row.days), rule, _line(row, chain.seq + 1), heads_of(chains))
    added.append(
        append(
            chain,
            at=at,
            kind=EntryKind.EXTERNAL if batch.kind == ImportKind.EXTERNAL else EntryKind.OPENING_BALANCE,
            source_kind=SourceKind.IMPORTED_HOURS,
            source_id=row.pk,
            component=Component.BASE,
            achievement_key=row.achievement_key,
            round=1,
            counts=counts,
            category=row.category,
            hours=allowed.hours if counts else row.hours * 0,
            days=allowed.days if counts else row.days * 0,
            day=row.day,
            rule=rule if allowed.evidence else None,
            freed_by_id=freed_by if counts else None,
            by=batch.confirmed_by,
            evidence=evidence_of(row) | allowed.evidence,
            why=[*words_of(row, counts=counts), *allowed.why],
        )
    )
    announce(row.person_id, added)
    return added


def rule_of(row: ImportedHours) -> CreditRule | None:
    """The rule whose caps bind the row; opening balances are what a past year has been counted as."""
    return cap_rule(row.person, row.day) if row.batch.kind == ImportKind.EXTERNAL else None


def _line(row: ImportedHours, seq: int) -> Line:
    return line_from_elsewhere(
        row.person_id, seq=seq, category=row.category, day=row.day, achievement_key=row.achievement_key
    )


def _held(person_ids: Iterable[int]) -> Held:
    """The chains of these accounts and of the others of the same human beings, all locked, by account."""
    mine = set(person_ids)
    owners = {pk: into or pk for pk, into in Person.objects.filter(pk__in=mine).values_list("pk", "merged_into")}
    survivors = set(owners.values())
    owners |= {pk: pk for pk in survivors}
    merged = Person.objects.filter(merged_into__in=survivors).values_list("pk", "merged_into")
    owners |= {pk: into for pk, into in merged if into is not None}
    chains, together = lock_chains(owners), defaultdict[int, dict[int, CreditChain]](dict)
    for pk, owner in owners.items():
        together[owner][pk] = chains[pk]
    return {pk: together[owner] for pk, owner in owners.items()}


def evidence_of(row: ImportedHours) -> dict[str, Any]:
    """What an entry keeps of its row: the file by its fingerprint, and what stood in it."""
    return {
        "lessons": [],
        "import": {
            "batch": row.batch_id,
            "row": row.row_number,
            "sha256": row.batch.sha256,
            "platform": row.batch.platform.code if row.batch.platform else "",
            "course_number": row.course_number,
            "hours": row.hours,
            "days": row.days,
        },
    }


def words_of(row: ImportedHours, *, counts: bool) -> list[dict[str, Any]]:
    amounts = {"hours": str(row.hours), **({"days": str(row.days)} if row.days else {})}
    if row.batch.platform is None:
        first = step("opening_balance", year=str(row.day.year), title=_("Opening balance"))
    else:
        first = step("imported", title=row.title, platform=row.batch.platform.name, day=row.day.isoformat())
    listed = step(
        "imported_row_with_days" if row.days else "imported_row",
        file=row.batch_id,
        row=row.row_number,
        number=row.course_number or "—",
        **amounts,
    )
    return [first, listed, *([] if counts else [step("duplicate_excluded", title=row.title)])]


def undo_import(batch: ImportBatch, *, reason: str, by: Person, at: datetime) -> ImportBatch:
    """Take back everything the import gave, with a reason; what an earlier list had said comes back.

    All or nothing: refused while somebody of it is managed elsewhere, or has two accounts by now of which one is the
    officer's own. Told twice, it happens once.
    """
    today, reason = beijing_day(at), " ".join(reason.split())[:300]
    if not any(org == batch.authority for org in authorities_of(by, today)):
        raise ImportRefused(_("Only officers of the authority that received this list may undo it."))
    if not reason:
        raise ImportRefused(_("Give a reason."))
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state in {ImportState.UNDOING, ImportState.UNDONE}:
            return batch
        if batch.state != ImportState.REGISTERED:
            raise ImportRefused(_("This import is not registered yet. Please wait a little."))
        elsewhere = _managed_elsewhere(batch, today)
        if elsewhere:
            raise ImportRefused(
                _("%(count)s people of this list are managed elsewhere by now. Correct the others one by one.")
                % {"count": elsewhere}
            )
        if batch.hours.filter(by.owns()).exists():
            raise ImportRefused(_("Your own hours are in this list. Ask a colleague to undo it."))
        batch.state, batch.undo_reason, batch.undone_by, batch.undone_at = ImportState.UNDOING, reason, by, at
        batch.save(update_fields=["state", "undo_reason", "undone_by", "undone_at"])
        detail = {"rows": batch.rows_taken, "reason": reason}
        record("hours_import_undone", actor=by, subject_kind="hours_import", subject_id=batch.pk, detail=detail, at=at)
        transaction.on_commit(lambda: import_undone.send_robust(sender=None, batch_id=batch.pk), robust=True)
    return batch


def _managed_elsewhere(batch: ImportBatch, today: Any) -> int:
    posts = Post.objects.on(today).filter(cadre_authority=batch.authority).select_related("person__merged_into")
    managed = {post.person.survivor.pk for post in posts}
    persons = Person.objects.filter(pk__in=batch.hours.values("person")).select_related("merged_into")
    return len({person.survivor.pk for person in persons} - managed)


@transaction.atomic
def take_back(row: ImportedHours, *, at: datetime, held: Held | None = None) -> list[CreditLedgerEntry]:
    """Reverse what counts for the row, unless a newer list speaks for it; an older list's hours come back."""
    chains = (held or _held([row.person_id]))[row.person_id]
    chain = chains[row.person_id]
    others = ImportedHours.objects.holding().filter(person=row.person_id, achievement_key=row.achievement_key)
    if others.filter(pk__gt=row.pk).exists():
        return []
    standing = standing_entry(row)
    own = CreditLedgerEntry.objects.caused_by(SourceKind.IMPORTED_HOURS, row.pk).first()
    if standing is None or own is None or standing.seq < own.seq or _given_back(standing, row):
        return []
    batch, reason = row.batch, row.batch.undo_reason
    added = [append_reversal(chain, standing, reason=reason, by=batch.undone_by, at=at)]
    before = others.filter(pk__lt=row.pk).select_related("batch__platform").order_by("-pk").first()
    if before is not None:
        # What comes back stands under the same rule, and finds the room that there is now.
        line = _line(before, chain.seq + 1)
        allowed = within_caps_from_elsewhere((before.hours, before.days), standing.rule, line, heads_of(chains))
        added.append(
            append_correction(
                chain,
                standing,
                added[0],
                hours=allowed.hours,
                days=allowed.days,
                evidence={**evidence_of(before), **allowed.evidence, "given_back": row.pk},
                why=allowed.why,
                reason=reason,
                by=batch.undone_by,
                at=at,
            )
        )
    announce(row.person_id, added)
    return added


def _given_back(standing: CreditLedgerEntry, row: ImportedHours) -> bool:
    """Whether what counts by now is what undoing this very row left."""
    return bool(standing.evidence.get("given_back") == row.pk)
