"""The codes of the audit log in words. A test finds every code that a story records, and asks for its words here."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from lms.credits.enums import AttestationKind, Bound, CreditCategory, ExemptionKind, ImportKind
from lms.learning.enums import SettlementOutcome, TickKind
from lms.people.enums import Purpose, ReviewStep, RoleKind
from lms.programmes.enums import Asked
from lms.reports.definitions import REPORTS
from lms.reports.definitions.assignment_progress import AssignmentProgress
from media.enums import TranscriptSource

Words = Mapping[str, str | Promise]

ACTIONS: Words = {
    "staff.invited": gettext_lazy("invited to work here"),
    "staff.accepted": gettext_lazy("took up an invitation"),
    "role.granted": gettext_lazy("granted a role"),
    "role.ended": gettext_lazy("ended a role"),
    "review.delegated": gettext_lazy("handed the review of claims to a colleague"),
    "review.delegation_ended": gettext_lazy("took the review of claims back from a colleague"),
    "factor.enrolled": gettext_lazy("set up a second factor"),
    "factor.reset_requested": gettext_lazy("asked for a reset of the second factor"),
    "factor.reset": gettext_lazy("reset a second factor"),
    "password.changed": gettext_lazy("changed the password"),
    "phone.changed": gettext_lazy("changed a phone number"),
    "person.registered_in_person": gettext_lazy("signed a learner up in person"),
    "screening.prepared": gettext_lazy("prepared a group viewing"),
    "screening.doors_opened": gettext_lazy("opened the doors of a group viewing"),
    "screening.started": gettext_lazy("started the film of a group viewing"),
    "screening.closed": gettext_lazy("closed a group viewing"),
    "screening.handed_in": gettext_lazy("handed in a group viewing that ran without network"),
    "screening.ticked": gettext_lazy("put somebody down as present at a group viewing"),
    "screening.objected": gettext_lazy("said that she was not at a group viewing"),
    "screening.objection_withdrawn": gettext_lazy("took back that she was not at a group viewing"),
    "screening.heard_of": gettext_lazy("showed codes of a group viewing without network"),
    "person.unmasked": gettext_lazy("looked at a masked value"),
    "person.merged": gettext_lazy("merged an account"),
    "roster.read": gettext_lazy("read a roster to look at"),
    "roster.confirmed": gettext_lazy("imported a roster"),
    "roster.undone": gettext_lazy("undid the import of a roster"),
    "person.separated": gettext_lazy("undid the merging of an account"),
    "person.corrected": gettext_lazy("put right her own data"),
    "person.closed": gettext_lazy("closed an account"),
    "media.video_received": gettext_lazy("uploaded a recording"),
    "media.captions_approved": gettext_lazy("approved captions"),
    "media.video_taken_down": gettext_lazy("took down a recording"),
    "media.video_put_back": gettext_lazy("put a recording back"),
    "media.video_cut": gettext_lazy("cut a recording"),
    "media.video_deleted": gettext_lazy("deleted a recording"),
    "media.source_dropped": gettext_lazy("deleted the original file of a recording"),
    "media.recognition_cancelled": gettext_lazy("cancelled speech recognition"),
    "media.captions_returned": gettext_lazy("returned captions"),
    "courses.page_taken_down": gettext_lazy("took down a course or lesson"),
    "courses.takedown_lifted": gettext_lazy("lifted a takedown"),
    "learning.appealed": gettext_lazy("appealed against what did not count"),
    "learning.appeal_settled": gettext_lazy("settled an appeal"),
    "learning.device_noted": gettext_lazy("noted why several people learn on one phone"),
    "credit_rule_adopted": gettext_lazy("put a credit rule into force"),
    "credit_rule_ended": gettext_lazy("ended a credit rule"),
    "credit_rule_written": gettext_lazy("wrote a credit rule"),
    "credit_rule_withdrawn": gettext_lazy("withdrew a credit rule before its first day"),
    "credit_reversed": gettext_lazy("reversed a ledger entry"),
    "credit_corrected": gettext_lazy("corrected a ledger entry"),
    "requirement_set": gettext_lazy("set a requirement"),
    "requirement_ended": gettext_lazy("ended a requirement"),
    "exemption_proposed": gettext_lazy("proposed an exemption"),
    "exemption_approved": gettext_lazy("approved an exemption"),
    "exemption_declined": gettext_lazy("declined an exemption"),
    "exemption_withdrawn": gettext_lazy("withdrew an exemption"),
    "exemption_ended": gettext_lazy("ended an exemption early"),
    "hours_import_received": gettext_lazy("sent a list of hours from elsewhere"),
    "hours_import_discarded": gettext_lazy("discarded a list of hours"),
    "hours_imported": gettext_lazy("imported hours from elsewhere"),
    "hours_import_undone": gettext_lazy("undid an import of hours"),
    "credit_claim_submitted": gettext_lazy("claimed hours"),
    "credit_claim_withdrawn": gettext_lazy("withdrew a claim of hours"),
    "credit_claim_reviewed": gettext_lazy("passed a claim of hours on"),
    "credit_claim_recognised": gettext_lazy("recognised claimed hours"),
    "credit_claim_returned": gettext_lazy("returned a claim of hours"),
    "credit_claim_rejected": gettext_lazy("rejected a claim of hours"),
    "attestation_issued": gettext_lazy("issued an attestation"),
    "attestation_revoked": gettext_lazy("revoked an attestation"),
    "report_exported": gettext_lazy("exported a report"),
    "report_stopped": gettext_lazy("was writing a report when the role ended"),
    "seals_exported": gettext_lazy("took the daily seals away as a file"),
    "year_opened": gettext_lazy("began the closing of a year"),
    "year_confirmed": gettext_lazy("confirmed the figures of a unit"),
    "year_closed": gettext_lazy("closed a year"),
    "key_noted": gettext_lazy("noted the fingerprint of a key"),
    "audit_log.read": gettext_lazy("read the audit log"),
    "course_assigned": gettext_lazy("assigned a course"),
    "course_unassigned": gettext_lazy("took back an assigned course"),
    "reminder_sent": gettext_lazy("reminded people"),
}
SUBJECTS: Words = {
    "person": pgettext_lazy("audit log", "person"),
    "video": pgettext_lazy("audit log", "recording"),
    "course": pgettext_lazy("audit log", "course"),
    "lesson": pgettext_lazy("audit log", "lesson"),
    "appeal": pgettext_lazy("audit log", "appeal"),
    "group_viewing": pgettext_lazy("audit log", "group viewing"),
    "group_tick": pgettext_lazy("audit log", "tick of a group viewing"),
    "device_note": pgettext_lazy("audit log", "note on a phone"),
    "credit_rule": pgettext_lazy("audit log", "credit rule"),
    "credit_ledger_entry": pgettext_lazy("audit log", "ledger entry"),
    "credit_requirement": pgettext_lazy("audit log", "requirement"),
    "exemption": pgettext_lazy("audit log", "exemption"),
    "hours_import": pgettext_lazy("audit log", "import of hours"),
    "credit_claim": pgettext_lazy("audit log", "claim of hours"),
    "attestation": pgettext_lazy("audit log", "attestation"),
    "report": pgettext_lazy("audit log", "report"),
    "year_closing": pgettext_lazy("audit log", "closing of a year"),
    "daily_seal": pgettext_lazy("audit log", "daily seal"),
    "key": pgettext_lazy("audit log", "key"),
    "roster_batch": pgettext_lazy("audit log", "import of a roster"),
    "assignment": pgettext_lazy("audit log", "assigned course"),
    "reminder": pgettext_lazy("audit log", "reminder"),
    "audit_log": gettext_lazy("Audit log"),
}
# In the order in which they are read.
DETAILS: Words = {
    "action": pgettext_lazy("audit log", "what was done"),
    "role": pgettext_lazy("audit log", "role"),
    "step": pgettext_lazy("audit log", "review step"),
    "org": pgettext_lazy("audit log", "code of the organisation"),
    "actor": pgettext_lazy("audit log", "person"),
    "subject_kind": pgettext_lazy("audit log", "kind of subject"),
    "subject_id": pgettext_lazy("audit log", "code of the subject"),
    "person": pgettext_lazy("audit log", "whose record"),
    "kind": pgettext_lazy("audit log", "kind"),
    "bound": pgettext_lazy("audit log", "whom it binds"),
    "category": pgettext_lazy("audit log", "kind of training"),
    "purpose": pgettext_lazy("audit log", "purpose"),
    "means": pgettext_lazy("audit log", "means"),
    "into": pgettext_lazy("audit log", "into"),
    "parted_from": pgettext_lazy("audit log", "parted from"),
    "stands_in_for": pgettext_lazy("audit log", "standing in for"),
    "requested_by": pgettext_lazy("audit log", "asked for by"),
    "code": pgettext_lazy("audit log", "code"),
    "region_code": pgettext_lazy("audit log", "code of the place"),
    "reopened": pgettext_lazy("audit log", "goes on again"),
    "fingerprint": pgettext_lazy("audit log", "fingerprint"),
    "language": pgettext_lazy("audit log", "language"),
    "version": pgettext_lazy("audit log", "version"),
    "source": pgettext_lazy("audit log", "source"),
    "title": pgettext_lazy("audit log", "title"),
    "start_ms": pgettext_lazy("audit log", "from millisecond"),
    "end_ms": pgettext_lazy("audit log", "up to millisecond"),
    "outcome": pgettext_lazy("audit log", "outcome"),
    "seconds": pgettext_lazy("audit log", "seconds"),
    "of_seconds": pgettext_lazy("audit log", "of seconds"),
    "people": pgettext_lazy("audit log", "persons"),
    "recordings": pgettext_lazy("audit log", "recordings"),
    "lessons": pgettext_lazy("audit log", "lessons"),
    "format": pgettext_lazy("audit log", "file format"),
    "rows": pgettext_lazy("audit log", "rows"),
    "sha256": pgettext_lazy("audit log", "checksum of the file"),
    "faults": pgettext_lazy("audit log", "faults"),
    "created": pgettext_lazy("audit log", "new persons"),
    "left": pgettext_lazy("audit log", "leavers"),
    "unchanged": pgettext_lazy("audit log", "unchanged"),
    "year": pgettext_lazy("audit log", "year"),
    "new": pgettext_lazy("audit log", "new"),
    "changed": pgettext_lazy("audit log", "changed"),
    "hours": pgettext_lazy("audit log", "hours"),
    "days": pgettext_lazy("audit log", "days"),
    "on": pgettext_lazy("audit log", "on the day"),
    "from": pgettext_lazy("audit log", "from"),
    "to": pgettext_lazy("audit log", "until"),
    "active_from": pgettext_lazy("audit log", "from"),
    "active_to": pgettext_lazy("audit log", "until"),
    "since": pgettext_lazy("audit log", "from the day"),
    "until": pgettext_lazy("audit log", "up to the day"),
    "before": pgettext_lazy("audit log", "before number"),
    "course": pgettext_lazy("audit log", "course"),
    "asked": pgettext_lazy("audit log", "who is asked"),
    "about": pgettext_lazy("audit log", "what it was about"),
    "screening": pgettext_lazy("audit log", "number of the group viewing"),
    "how": pgettext_lazy("audit log", "how"),
    "completed": pgettext_lazy("audit log", "a lesson was done by it"),
    "number": pgettext_lazy("audit log", "mobile number"),
    "sms": pgettext_lazy("audit log", "SMS among them"),
    "reason": pgettext_lazy("audit log", "reason"),
    "fields": pgettext_lazy("audit log", "what was put right"),
}
_VALUES: dict[str, Words] = {
    "action": ACTIONS,
    "asked": dict(Asked.choices),
    "bound": dict(Bound.choices),
    "category": dict(CreditCategory.choices),
    "kind": {**dict(ExemptionKind.choices), **dict(ImportKind.choices), **dict(AttestationKind.choices)},
    "fields": {
        "name": pgettext_lazy("audit log", "the name"),
        "birth_year": pgettext_lazy("audit log", "the year of birth"),
        "name_and_birth_year": pgettext_lazy("audit log", "name and year of birth"),
        "village": pgettext_lazy("audit log", "the village"),
    },
    "means": {
        "old number": pgettext_lazy("audit log", "with the old number"),
        "in person": pgettext_lazy("audit log", "in person"),
    },
    "how": dict(TickKind.choices),
    "number": {
        "proved": pgettext_lazy("audit log", "proved by a code"),
        "unproved": pgettext_lazy("audit log", "not proved"),
        "none": pgettext_lazy("audit log", "none given"),
    },
    "outcome": dict(SettlementOutcome.choices),
    "purpose": dict(Purpose.choices),
    "role": dict(RoleKind.choices),
    "source": dict(TranscriptSource.choices),
    "step": dict(ReviewStep.choices),
    "subject_kind": SUBJECTS,
}
_PERSONS = frozenset({"actor", "into", "parted_from", "person", "requested_by", "stands_in_for"})


def person_in_words(person_id: object) -> str:
    """A person without a name: the number that stands in the log."""
    return _("person %(number)s") % {"number": person_id}


def action_in_words(code: str) -> str:
    return str(ACTIONS.get(code, code))


def subject_in_words(kind: str, subject_id: str) -> str:
    """What something was done to: its kind and code, never a name; a report is called by its title."""
    titles = {
        **{code: report.title for code, report in REPORTS.items()},
        AssignmentProgress.code: AssignmentProgress.title,
    }
    if kind == "report" and subject_id in titles:
        subject_id = str(titles[subject_id])
    return f"{SUBJECTS.get(kind, kind)} {subject_id}"


def detail_in_words(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """What else is known, as pairs of words; what was left empty is left out."""
    known = [key for key in DETAILS if key in detail]
    return [
        (str(DETAILS.get(key, key)), _value_in_words(key, detail[key]))
        for key in [*known, *(detail.keys() - DETAILS.keys())]
        if detail[key] not in (None, "", [])
    ]


def _value_in_words(key: str, value: Any) -> str:
    if isinstance(value, list):
        return pgettext("audit log", ", ").join(str(item) for item in value)
    if key in _PERSONS:
        return person_in_words(value)
    return str(_VALUES.get(key, {}).get(str(value), value))
