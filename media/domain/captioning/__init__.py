"""Captions: drafts by machine, hand or file, and their approval by a person.

    (nothing) ─► draft ─► approved ─► superseded
                   └─────────────────────┘   a draft that another draft replaced

`drafts` begins and saves, `importing` reads files, `approving` is the only way to what learners are served (law 7).
"""

from media.domain.captioning.approving import CannotApprove, approve, why_not_approvable
from media.domain.captioning.drafts import (
    CannotSave,
    CueText,
    DraftClosed,
    StaleDraft,
    keep_beside,
    save_draft,
    start_draft,
    write_machine_draft,
)
from media.domain.captioning.importing import CannotImport, import_captions

__all__ = [
    "CannotApprove",
    "CannotImport",
    "CannotSave",
    "CueText",
    "DraftClosed",
    "StaleDraft",
    "approve",
    "import_captions",
    "keep_beside",
    "save_draft",
    "start_draft",
    "why_not_approvable",
    "write_machine_draft",
]
