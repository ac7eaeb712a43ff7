"""The proof of the ledger: every hour traces back to its cause, none is missing, none is counted twice."""

from collections import Counter
from collections.abc import Iterator

from courses.enums import CompletionRule, CourseType
from lms.credits.domain.assessing import standing_faults
from lms.credits.domain.capping import amounts_of_evidence, cap_faults
from lms.credits.domain.checking_elsewhere import (
    claimed_faults,
    imported_faults,
    missing_from_elsewhere,
    undone_faults,
)
from lms.credits.domain.closing import snapshot_faults
from lms.credits.domain.rebuilding import kept_sums_of, persons_with_entries, sums_of
from lms.credits.domain.registering import recognise_completion
from lms.credits.domain.striking import objected_lessons, regained_of
from lms.credits.domain.studying import (
    COMPLETION_MODELS,
    Completion,
    achievement_key_of,
    completion_of,
    source_of,
)
from lms.credits.domain.uniting import COUNTED_BEFORE, OVER_CAP, persons_to_unite
from lms.credits.domain.vouching import attestation_faults
from lms.credits.enums import EntryKind, Origin, SourceKind
from lms.credits.models import CreditChain, CreditLedgerEntry
from lms.learning.models import LessonCompletion, QuizAttempt
from lms.lib.durations import beijing_day
from lms.lib.sealing import GENESIS, chain_faults


def _earned_faults(entry: CreditLedgerEntry) -> Iterator[str]:
    """An earned entry against its completion, its evidence and its rule."""
    completion = completion_of(entry.source_kind, entry.source_id)
    if completion is None or entry.rule is None or entry.outline_version is None:
        yield "its completion does not exist"
        return
    if (
        completion.person_id != entry.person_id
        or completion.outline_version_id != entry.outline_version_id
        or completion.round != entry.round
        or entry.achievement_key != achievement_key_of(completion)
        or entry.day != beijing_day(completion.completed_at)
    ):
        yield "it does not fit its completion"
    yield from _study_faults(entry, completion)


def _study_faults(entry: CreditLedgerEntry, completion: Completion) -> Iterator[str]:
    """What an entry says of a completion, and that its hours follow from it."""
    if entry.rule is None or entry.outline_version is None:
        yield "it names no rule or no outline version"
        return
    terms, lessons = entry.evidence["terms"], entry.evidence["lessons"]
    if terms != entry.rule.terms:
        yield "its rule says something else now"
    if not set(entry.evidence["categories"]) & set(entry.evidence["credit_for"]):
        yield "its evidence names no category that earns"
    if entry.evidence["credit_for"] != sorted(entry.outline_version.credit_for):
        yield "its outline version gives hours to others"
    claimed = {lesson["key"]: (lesson["seconds"], lesson["test"]) for lesson in lessons}
    if claimed != _completed(completion, list(claimed)):
        yield "its evidence is not what was completed"
    vouching = {lesson[name] for lesson in lessons for name in ("vouched_by", "test_vouched_by") if lesson.get(name)}
    if QuizAttempt.objects.filter(pk__in=vouching, passed=True, answered_offline=False).count() != len(vouching):
        yield "no passed quiz vouches for what was watched without network"
    if terms["parameters"].get("weights") and any(
        bool(lesson.get("elective")) != _is_elective(entry, lesson["key"]) for lesson in lessons
    ):
        yield "its outline version says otherwise what was required"
    if entry.counts and amounts_of_evidence(entry.component, entry.evidence)[0] != entry.hours:
        yield "its hours do not follow from its evidence"


def _is_elective(entry: CreditLedgerEntry, key: str) -> bool:
    lesson = entry.outline_version.lesson(key) if entry.outline_version else None
    return lesson is not None and lesson["course_type"] == CourseType.ELECTIVE


def _completed(completion: Completion, keys: list[str]) -> dict[str, tuple[int, bool]]:
    """Decoded seconds and whether a test was passed, by lesson, as the completions say."""
    if isinstance(completion, LessonCompletion):
        found = [completion] if keys else []
    else:
        person = completion.person.survivor
        found = list(LessonCompletion.objects.of(person).filter(lesson_key__in=keys, round=completion.round))
    return {
        str(lesson.lesson_key): (lesson.decoded_seconds or 0, lesson.rule == CompletionRule.QUIZ) for lesson in found
    }


def _reversal_faults(entry: CreditLedgerEntry) -> Iterator[str]:
    taken = entry.reverses
    if taken is None or (taken.person_id, taken.pk) != (entry.person_id, entry.source_id):
        yield "it reverses nothing of this person"
    elif (taken.hours, taken.days, taken.day, taken.category) != (-entry.hours, -entry.days, entry.day, entry.category):
        yield "it does not take back what was given"
    elif (taken.rule_id, taken.outline_version_id) != (entry.rule_id, entry.outline_version_id):
        yield "it stands under another rule than what it takes back"


def _correction_faults(entry: CreditLedgerEntry) -> Iterator[str]:
    freed = entry.freed_by
    regains = entry.evidence.get("regains")
    if freed is None or freed.reverses_id != entry.source_id or (entry.by_id is None and regains is None):
        yield "it corrects nothing"
    elif regains is not None:
        yield from _regained_faults(entry, freed)
    elif freed.reverses and (freed.reverses.rule_id, freed.reverses.outline_version_id) != (
        entry.rule_id,
        entry.outline_version_id,
    ):
        yield "it stands under another rule than what it corrects"


def _regained_faults(entry: CreditLedgerEntry, freed: CreditLedgerEntry) -> Iterator[str]:
    """What an objection took back is given again by nobody's decision: it has the proof of what was earned."""
    taken = freed.reverses
    if taken is None or taken.pk != entry.evidence["regains"] or freed.by_id is not None:
        yield "it gives again what no objection took back"
        return
    if (taken.rule_id, taken.outline_version_id) != (entry.rule_id, entry.outline_version_id):
        yield "it stands under another rule than what it gives again"
    while taken is not None and taken.source_kind == SourceKind.CORRECTED_ENTRY:
        taken = CreditLedgerEntry.objects.filter(pk=taken.source_id).first()
    completion = completion_of(taken.source_kind, taken.source_id) if taken else None
    if completion is None:
        yield "its completion does not exist"
        return
    yield from _study_faults(entry, completion)


_BY_SOURCE = {
    SourceKind.LESSON_COMPLETION: _earned_faults,
    SourceKind.COURSE_COMPLETION: _earned_faults,
    SourceKind.IMPORTED_HOURS: imported_faults,
    SourceKind.CREDIT_CLAIM: claimed_faults,
    SourceKind.REVERSED_ENTRY: _reversal_faults,
    SourceKind.CORRECTED_ENTRY: _correction_faults,
}
IN_ENGLISH = {
    COUNTED_BEFORE: "merged accounts count a lesson twice",
    OVER_CAP: "merged accounts count more together than a cap lets count",
}
_OF_OTHERS = {EntryKind.REVERSAL: SourceKind.REVERSED_ENTRY, EntryKind.CORRECTION: SourceKind.CORRECTED_ENTRY}


def _entry_faults(entry: CreditLedgerEntry) -> Iterator[str]:
    """The proof that belongs to the cause of the entry; an entry cannot choose an easier one by its kind."""
    wanted = _OF_OTHERS.get(EntryKind(entry.kind))
    if (entry.source_kind != wanted) if wanted else (entry.source_kind in _OF_OTHERS.values()):
        yield "its kind does not fit its cause"
    yield from _BY_SOURCE[SourceKind(entry.source_kind)](entry)


def _twice_faults(entries: list[CreditLedgerEntry]) -> Iterator[str]:
    """Achievements and lessons that count twice although a reversal never freed them."""
    reversed_ids = {entry.reverses_id for entry in entries}
    standing = [entry for entry in entries if entry.counts and entry.pk not in reversed_ids]
    taken = Counter(
        (lesson["key"], entry.component, entry.round) for entry in standing for lesson in entry.evidence["lessons"]
    )
    taken.update(
        (entry.achievement_key, entry.component, entry.round) for entry in standing if entry.origin != Origin.HERE
    )
    for (key, component, round_number), count in taken.items():
        if count > 1:
            what = key if ":" in key else f"lesson {key}"
            yield f"{what} counts {count} times as {component} in round {round_number}"
    for entry in entries:
        freed = entry.freed_by
        if freed and (freed.achievement_key, freed.component, freed.round) != (
            entry.achievement_key,
            entry.component,
            entry.round,
        ):
            yield f"entry {entry.seq}: freed by a reversal of something else"


def person_faults(person_id: int) -> Iterator[str]:
    """What is wrong with one person's chain, entries and sums."""
    entries = list(
        CreditLedgerEntry.objects.filter(person=person_id)
        .select_related("rule", "outline_version", "reverses", "freed_by__reverses")
        .order_by("seq")
    )
    head = CreditChain.objects.filter(person=person_id).first()
    links = ((entry.seq, entry.prev_hash, entry.hash, entry.payload) for entry in entries)
    yield from chain_faults(links, head_seq=head.seq if head else 0, head_hash=head.hash if head else GENESIS)
    for entry in entries:
        for fault in _entry_faults(entry):
            yield f"entry {entry.seq}: {fault}"
        for fault in cap_faults(entry, entries):
            yield f"entry {entry.seq}: {fault}"
    yield from _twice_faults(entries)
    yield from undone_faults(entries)
    if sums_of(entries) != kept_sums_of(person_id):
        yield "the sums of the years differ from the ledger (rebuild_derived puts them right)"


def completions_without_entries() -> Iterator[Completion]:
    """Completions that should have entries and lack one: lessons first, in the order they happened."""
    for model in COMPLETION_MODELS.values():
        completions = (
            model.objects.exclude(outline_version__credit_for=[])
            .select_related("person__merged_into", "outline_version")
            .order_by("completed_at", "pk")
        )
        for completion in completions.iterator(chunk_size=500):
            source_kind, source_id = source_of(completion)
            known = set(CreditLedgerEntry.objects.caused_by(source_kind, source_id).values_list("component", flat=True))
            recognition = recognise_completion(completion)[0]
            if any(part.component not in known for part in recognition.parts):
                yield completion


def ledger_faults() -> Iterator[str]:
    """Everything that is wrong with the ledger, one sentence each; nothing when it proves itself."""
    for person_id in persons_with_entries():
        for fault in person_faults(person_id):
            yield f"person {person_id}: {fault}"
    for person, changes in persons_to_unite():
        for what in sorted({IN_ENGLISH[change.reason] for change in changes}):
            yield f"person {person.pk}: {what} (register_missing_credits puts it right)"
    yield from snapshot_faults()
    yield from attestation_faults()
    for completion in completions_without_entries():
        kind, pk = source_of(completion)
        yield f"person {completion.person_id}: {kind} {pk} lacks its hours (register_missing_credits adds them)"
    for lesson in objected_lessons():
        if regained_of(lesson):
            what = f"lesson_completion {lesson.pk} bears hours again"
            yield f"person {lesson.person_id}: {what} (register_missing_credits gives them)"
    yield from standing_faults()
    yield from missing_from_elsewhere()
