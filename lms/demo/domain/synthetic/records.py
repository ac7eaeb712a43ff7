"""What people of a synthetic province completed and what was imported for them, and their chains in the ledger."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any, cast
from uuid import UUID

from courses.models import OutlineVersion
from lms.credits.domain.outside import outside_key
from lms.credits.domain.recognising import StudiedLesson, Study, recognise
from lms.credits.domain.registering import evidence_of as evidence_of_study
from lms.credits.domain.settling_imports import evidence_of as evidence_of_row
from lms.credits.domain.settling_imports import words_of as words_of_row
from lms.credits.enums import (
    Component,
    CreditCategory,
    EntryKind,
    ImportKind,
    ImportState,
    RuleUnit,
    SourceKind,
)
from lms.credits.models import (
    CreditChain,
    CreditLedgerEntry,
    CreditRule,
    ImportBatch,
    ImportedHours,
    OutsidePlatform,
    YearlyHours,
)
from lms.credits.models.ledger import SEALED_COLUMNS
from lms.demo.domain.synthetic.copying import Json, Table, as_json
from lms.demo.domain.synthetic.land import Land, lessons_of
from lms.demo.domain.synthetic.people import Somebody
from lms.learning.models import LessonCompletion
from lms.lib.durations import beijing_day, beijing_midnight
from lms.lib.sealing import GENESIS, chain_hash
from lms.people.models import Person

ONLINE, CENTRALIZED = CreditCategory.ONLINE_SELF_STUDY.value, CreditCategory.CENTRALIZED_TRAINING.value
ZERO = Decimal("0.00")
PLATFORM = "SYNTHETIC"
HOURS_OF_A_DAY = 8
# How many entries somebody has, and how often: five on average.
ENTRIES, SHARES = (2, 3, 4, 5, 6, 7, 8), (8, 12, 18, 22, 20, 12, 8)
# Of how many keys a person's completions, imported rows and entries may use one each.
KEYS_OF_A_PERSON = 2 * max(ENTRIES)
# In percent of a person's entries: lessons of this platform, online courses of another, classes.
Batch = tuple[int, str]  # the key of a department, and a category
KINDS, KIND_SHARES = ("lesson", "online", "class"), (40, 35, 25)


@dataclass(frozen=True, slots=True)
class Worth:
    """What completing a lesson is worth to people of some categories, as it is written down."""

    hours: Decimal
    evidence: dict[str, Any]
    evidence_text: Json
    why: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Lesson:
    outline: OutlineVersion
    entry: dict[str, Any]
    worth: dict[frozenset[str], Worth | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry before it has its number."""

    registered_at: datetime
    fields: dict[str, Any]
    evidence: dict[str, Any]
    evidence_text: Json
    why: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row of an import, with what an entry keeps of it."""

    batch: ImportBatch
    batch_id: int
    row_number: int
    course_number: str
    title: str
    day: date
    hours: Decimal
    days: Decimal


class Frame:
    """What all records rest on: rule, lessons, and for each department two lists from another platform."""

    def __init__(
        self, land: Land, outlines: list[OutlineVersion], rule: CreditRule, *, by: Person, at: datetime
    ) -> None:
        self.rule, self.by_id, self.at, self.today = rule, by.pk, at, beijing_day(at)
        self.lessons = [Lesson(outline, entry) for outline, entry in lessons_of(outlines)]
        self.first_day = date(self.today.year - 1, 1, 1)
        platform = OutsidePlatform.objects.create(code=PLATFORM, name="合成省干部网络学院")
        self.batches = {
            (org.pk, category): ImportBatch.objects.create(
                authority=org,
                kind=ImportKind.EXTERNAL,
                platform=platform,
                category=category,
                state=ImportState.REGISTERED,
                file_name="synthetic.xlsx",
                sha256="0" * 64,
                size_bytes=1,
                received_by=by,
                received_at=at,
                confirmed_by=by,
                confirmed_at=at,
            )
            for org in land.departments
            for category in (ONLINE, CENTRALIZED)
        }

    def finish(self, rows: Counter[Batch]) -> None:
        """The lists say how many rows they have."""
        for key, batch in self.batches.items():
            batch.rows_new = rows[key]
        ImportBatch.objects.bulk_update(self.batches.values(), ["rows_new"], batch_size=100)


class Records:
    """Writes down the records of one person after the other; keys are counted on from those that are given."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.completions = Table(
            LessonCompletion,
            [
                "id",
                "person_id",
                "lesson_key",
                "page_id",
                "outline_version_id",
                "rule",
                "completed_at",
                "decoded_seconds",
                "evidence",
            ],
        )
        self.imported = Table(
            ImportedHours,
            [
                "id",
                "batch_id",
                "row_number",
                "person_id",
                "achievement_key",
                "course_number",
                "title",
                "day",
                "category",
                "hours",
                "days",
            ],
        )
        self.entries = Table(CreditLedgerEntry, ["id", *SEALED_COLUMNS, "prev_hash", "hash"])
        self.chains = Table(CreditChain, ["person_id", "seq", "hash"])
        self.sums = Table(YearlyHours, ["person_id", "year", "category", "hours", "days"])
        self.tables = [self.completions, self.imported, self.entries, self.chains, self.sums]
        self.rows: Counter[Batch] = Counter()

    def count_from(self, first_key: int) -> None:
        """Completions, imported rows and entries have keys of their own: one counter is enough for all three."""
        self._keys = count(first_key)

    def add(self, person_id: int, somebody: Somebody, seed: Random) -> int:
        """Everything on this person's record; how many entries."""
        frame = self.frame
        kinds = seed.choices(KINDS, KIND_SHARES, k=seed.choices(ENTRIES, SHARES)[0])
        lessons = iter(seed.sample(frame.lessons, kinds.count("lesson")))
        lines = []
        for kind in kinds:
            day = frame.first_day + timedelta(days=seed.randrange((frame.today - frame.first_day).days))
            line = (
                self._lesson(person_id, somebody, next(lessons), day, seed)
                if kind == "lesson"
                else self._row(person_id, somebody, ONLINE if kind == "online" else CENTRALIZED, day, seed)
            )
            if line is not None:
                lines.append(line)
        lines.sort(key=lambda line: line.registered_at)
        self._chain(person_id, lines)
        return len(lines)

    def _worth(self, lesson: Lesson, categories: frozenset[str]) -> Worth | None:
        if categories not in lesson.worth:
            study = self._study(lesson, categories)
            parts = recognise(study, self.frame.rule.terms).parts
            lesson.worth[categories] = None
            if parts:
                evidence = evidence_of_study(study, self.frame.rule, parts[0])
                lesson.worth[categories] = Worth(parts[0].hours, evidence, as_json(evidence), parts[0].why)
        return lesson.worth[categories]

    def _study(self, lesson: Lesson, categories: frozenset[str]) -> Study:
        entry = lesson.entry
        studied = StudiedLesson(
            key=entry["translation_key"],
            title=entry["title"],
            decoded_seconds=entry["decoded_seconds"],
            studied_percent=entry["coverage_percent"],
            witnessed_percent=entry["coverage_percent"],
        )
        return Study(
            unit=RuleUnit.LESSON,
            title=entry["title"],
            achievement_key=f"{RuleUnit.LESSON}:{entry['translation_key']}",
            day=self.frame.first_day,
            lessons=[studied],
            categories=categories,
            credit_for=frozenset(lesson.outline.credit_for),
        )

    def _lesson(self, person_id: int, somebody: Somebody, lesson: Lesson, day: date, seed: Random) -> Line | None:
        at = beijing_midnight(day) + timedelta(seconds=seed.randint(7 * 3600, 22 * 3600))
        entry, pk = lesson.entry, next(self._keys)
        self.completions.add(
            pk,
            person_id,
            UUID(entry["translation_key"]),
            entry["page_id"],
            lesson.outline.pk,
            entry["rule"],
            at,
            entry["decoded_seconds"],
            _NOTHING,
        )
        worth = self._worth(lesson, somebody.categories_on(day))
        if worth is None:
            return None
        first, *rest = worth.why
        return Line(
            registered_at=at + timedelta(seconds=2),
            fields={
                **_USUAL,
                "kind": EntryKind.EARNED.value,
                "source_kind": SourceKind.LESSON_COMPLETION.value,
                "source_id": pk,
                "achievement_key": f"{RuleUnit.LESSON}:{entry['translation_key']}",
                "category": ONLINE,
                "hours": worth.hours,
                "days": ZERO,
                "day": day,
                "rule_id": self.frame.rule.pk,
                "outline_version_id": lesson.outline.pk,
                "by_id": None,
            },
            evidence=worth.evidence,
            evidence_text=worth.evidence_text,
            why=[first | {"day": day.isoformat()}, *rest],
        )

    def _row(self, person_id: int, somebody: Somebody, category: str, day: date, seed: Random) -> Line:
        key, pk = (somebody.jobs[0].authority_id, category), next(self._keys)
        hours = Decimal(seed.randint(8, 60) if category == CENTRALIZED else seed.randint(4, 30)).quantize(ZERO)
        batch = self.frame.batches[key]
        self.rows[key] += 1
        row = ListedRow(
            batch=batch,
            batch_id=batch.pk,
            row_number=pk,
            course_number=f"{'W' if category == ONLINE else 'P'}{seed.randint(1, 999_999):06d}",
            title="网络课程" if category == ONLINE else "脱产培训班",
            day=day,
            hours=hours,
            days=(hours / HOURS_OF_A_DAY).quantize(ZERO) if category == CENTRALIZED else ZERO,
        )
        achievement = outside_key(PLATFORM, row.course_number, day)
        self.imported.add(
            pk,
            row.batch_id,
            row.row_number,
            person_id,
            achievement,
            row.course_number,
            row.title,
            day,
            category,
            hours,
            row.days,
        )
        evidence = evidence_of_row(cast(ImportedHours, row))
        registered = beijing_midnight(day) + timedelta(hours=34, seconds=seed.randint(0, 12 * 86400))
        return Line(
            registered_at=min(registered, self.frame.at - timedelta(minutes=seed.randint(1, 60))),
            fields={
                **_USUAL,
                "kind": EntryKind.EXTERNAL.value,
                "source_kind": SourceKind.IMPORTED_HOURS.value,
                "source_id": pk,
                "achievement_key": achievement,
                "category": category,
                "hours": hours,
                "days": row.days,
                "day": day,
                "rule_id": None,
                "outline_version_id": None,
                "by_id": self.frame.by_id,
            },
            evidence=evidence,
            evidence_text=as_json(evidence),
            why=words_of_row(cast(ImportedHours, row), counts=True),
        )

    def _chain(self, person_id: int, lines: list[Line]) -> None:
        before = GENESIS
        sums: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}
        for seq, line in enumerate(lines, start=1):
            payload = {
                "person_id": person_id,
                "seq": seq,
                "registered_at": line.registered_at,
                "evidence": line.evidence,
                "why": line.why,
                **line.fields,
            }
            own = chain_hash(before, payload)
            payload |= {"evidence": line.evidence_text, "why": as_json(line.why)}
            self.entries.add(next(self._keys), *[payload[name] for name in SEALED_COLUMNS], before, own)
            before = own
            key = (payload["day"].year, payload["category"])
            hours, days = sums.get(key, (ZERO, ZERO))
            sums[key] = hours + payload["hours"], days + payload["days"]
        if lines:
            self.chains.add(person_id, len(lines), before)
        for (year, category), amounts in sums.items():
            self.sums.add(person_id, year, category, *amounts)


_NOTHING = as_json({})
_USUAL: dict[str, Any] = {
    "component": Component.BASE.value,
    "round": 1,
    "counts": True,
    "reverses_id": None,
    "freed_by_id": None,
}
