"""外部导入: a list is received, its columns are chosen, it is confirmed or discarded."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from lms.audit.domain import record
from lms.credits.domain.foreseeing import foresee_cuts
from lms.credits.domain.outside import COLUMNS_OF, usual_columns
from lms.credits.domain.previewing import Preview, check_columns, dry_run
from lms.credits.enums import ImportKind, ImportState
from lms.credits.models import ColumnMapping, ImportBatch, ImportedHours, OutsidePlatform
from lms.credits.signals import import_confirmed
from lms.lib.durations import beijing_day
from lms.lib.files import stored
from lms.lib.foreign_tables import Table, read_table
from lms.people.enums import OrgKind, RoleKind
from lms.people.models import Org, Person
from lms.people.policies import roles_on

FOLDER = "imports/"
# A list that nobody confirms is personal data without a purpose.
KEPT_UNCONFIRMED = timedelta(days=7)


class ImportRefused(Exception):
    """The import cannot go on; the message can be shown to the officer."""


def authorities_of(officer: Person, on: date) -> list[Org]:
    """The organisation departments for which the officer recognises hours on the day."""
    return [
        role.org
        for role in roles_on(officer, on)
        if role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.ORGANIZATION_DEPARTMENT
    ]


def platform_named(name: str) -> OutsidePlatform:
    """The platform of this name, made where nobody has named it yet."""
    return OutsidePlatform.objects.get_or_create(name=" ".join(name.split()))[0]


def receive_file(
    data: bytes,
    *,
    file_name: str,
    kind: str,
    category: str,
    platform: OutsidePlatform | None,
    authority: Org,
    by: Person,
    at: datetime,
) -> ImportBatch:
    """Keep the file until it is confirmed, with the columns of the last list of this kind. Raises FileRefused.

    Whoever calls has seen that the officer works for the authority. Nothing is written to anybody's record.
    """
    table = read_table(data)
    kept = stored().save(f"{FOLDER}{get_random_string(24)}", ContentFile(data))
    batch = ImportBatch.objects.create(
        authority=authority,
        kind=kind,
        platform=platform,
        category=category,
        file_name=file_name[-120:],
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        stored_as=kept,
        sheet=table.sheet,
        columns=_columns_for(table.headings, kind=kind, platform=platform, authority=authority),
        received_by=by,
        received_at=at,
    )
    _record("hours_import_received", batch, by=by, at=at)
    return batch


def _columns_for(headings: list[str], *, kind: str, platform: OutsidePlatform | None, authority: Org) -> dict[str, str]:
    """The saved columns as far as the list has them, and the usual headings for the rest."""
    saved = ColumnMapping.objects.filter(authority=authority, platform=platform, kind=kind).first()
    known = {column: heading for column, heading in (saved.columns if saved else {}).items() if heading in headings}
    guessed = usual_columns(headings, kind)
    taken = set(known.values())
    return {**{column: heading for column, heading in guessed.items() if heading not in taken}, **known}


def table_of(batch: ImportBatch, *, sheet: str | None = None) -> Table:
    """The list of an import that waits. Raises ImportRefused where it waits no longer."""
    if batch.state != ImportState.RECEIVED or not batch.stored_as:
        raise ImportRefused(_("This import has been confirmed or discarded already."))
    with stored().open(batch.stored_as) as opened:
        data = opened.read()
    if hashlib.sha256(data).hexdigest() != batch.sha256:
        raise ImportRefused(_("The stored file is no longer the one that was sent. Send it again."))
    return read_table(data, sheet=batch.sheet if sheet is None else sheet)


def choose_columns(batch: ImportBatch, columns: Mapping[str, str], *, sheet: str = "") -> ImportBatch:
    """Say which heading is which column, for this list and the next ones of the platform. Raises ColumnsRefused."""
    table = table_of(batch, sheet=sheet or None)
    chosen = {column: columns[column] for column in COLUMNS_OF[ImportKind(batch.kind)] if columns.get(column)}
    check_columns(chosen, table.headings, kind=batch.kind)
    batch.columns, batch.sheet = chosen, table.sheet
    batch.save(update_fields=["columns", "sheet"])
    ColumnMapping.objects.update_or_create(
        authority=batch.authority, platform=batch.platform, kind=batch.kind, defaults={"columns": chosen}
    )
    return batch


def preview_of(batch: ImportBatch, *, officer: Person, at: datetime) -> Preview:
    """The dry run of an import that waits, with what caps would leave of its rows; writes nothing."""
    return foresee_cuts(dry_run(batch, table_of(batch), officer=officer, today=beijing_day(at)), batch)


def confirm_import(batch: ImportBatch, *, leave_out_refused: bool = False, by: Person, at: datetime) -> ImportBatch:
    """Take every row that the dry run of this moment takes, all in one; the hours are registered right after.

    Refused rows stop it unless they are left out knowingly. Told twice, it happens once.
    """
    if not any(org == batch.authority for org in authorities_of(by, beijing_day(at))):
        raise ImportRefused(_("Only officers of the authority that received this list may confirm it."))
    table = table_of(batch) if batch.state == ImportState.RECEIVED else None
    with transaction.atomic():
        # One import of an authority after the other: each is compared with those that hold.
        Org.objects.select_for_update().get(pk=batch.authority_id)
        batch = (
            ImportBatch.objects.select_for_update(of=("self",)).select_related("authority", "platform").get(pk=batch.pk)
        )
        if batch.state != ImportState.RECEIVED or table is None:
            if batch.state == ImportState.DISCARDED:
                raise ImportRefused(_("This import has been confirmed or discarded already."))
            return batch
        if ImportBatch.objects.filter(authority=batch.authority, state=ImportState.UNDOING).exists():
            raise ImportRefused(_("Another import is just being undone. Please wait a minute and confirm again."))
        preview = dry_run(batch, table, officer=by, today=beijing_day(at))
        if preview.refused and not leave_out_refused:
            raise ImportRefused(_("Some rows were refused. Mend the list, or say that these rows are left out."))
        if not preview.taken:
            raise ImportRefused(_("There is nothing new in this list."))
        ImportedHours.objects.bulk_create(
            [
                ImportedHours(
                    batch=batch,
                    row_number=line.written.number,
                    person=line.before.person if line.before else line.person,
                    achievement_key=line.key,
                    course_number=line.written.course_number,
                    title=line.written.title,
                    day=line.before.day if line.before else line.written.day,
                    category=batch.category,
                    hours=line.written.hours,
                    days=line.written.days,
                    replaces=line.before,
                )
                for line in preview.taken
            ],
            batch_size=500,
        )
        forgotten = _settle_state(batch, ImportState.CONFIRMED)
        batch.confirmed_by, batch.confirmed_at = by, at
        batch.rows_new, batch.rows_changed = len(preview.new), len(preview.changed)
        batch.rows_known, batch.rows_refused = len(preview.known), len(preview.refused)
        batch.save()
        detail: dict[str, object] = {"new": batch.rows_new, "changed": batch.rows_changed, "people": preview.people}
        _record("hours_imported", batch, detail, by=by, at=at)
        _drop_later(forgotten)
        transaction.on_commit(partial(import_confirmed.send_robust, sender=None, batch_id=batch.pk), robust=True)
    return batch


def discard_import(batch: ImportBatch, *, by: Person | None, at: datetime) -> ImportBatch:
    """Throw a list away that waits; told twice, it happens once."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if batch.state == ImportState.DISCARDED:
            return batch
        if batch.state != ImportState.RECEIVED:
            raise ImportRefused(_("This import has been confirmed. Undo it instead."))
        forgotten = _settle_state(batch, ImportState.DISCARDED)
        batch.save()
        _record("hours_import_discarded", batch, by=by, at=at)
        _drop_later(forgotten)
    return batch


def discard_forgotten(*, at: datetime) -> int:
    """Throw away the lists that waited for a week, and files that no list names; how many lists there were."""
    named = set(ImportBatch.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    for file in list(stored().walk(FOLDER)):
        if file.modified_at < at - KEPT_UNCONFIRMED and file.name not in named:
            stored().delete(file.name)
    old = ImportBatch.objects.filter(state=ImportState.RECEIVED, received_at__lt=at - KEPT_UNCONFIRMED)
    return len([discard_import(batch, by=None, at=at) for batch in old])


def _settle_state(batch: ImportBatch, state: ImportState) -> str:
    """The new state, and the name of the file that is needed no longer."""
    kept, batch.stored_as, batch.state = batch.stored_as, "", state
    return kept


def _drop_later(name: str) -> None:
    if name:
        transaction.on_commit(partial(stored().delete, name), robust=True)


def _record(
    action: str, batch: ImportBatch, detail: dict[str, object] | None = None, *, by: Person | None, at: datetime
) -> None:
    detail = {"kind": batch.kind, "org": batch.authority.code, **(detail or {})}
    record(action, actor=by, subject_kind="hours_import", subject_id=batch.pk, detail=detail, at=at)
