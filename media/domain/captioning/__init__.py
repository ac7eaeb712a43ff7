"""Captions: drafts by machine, hand or file, and their approval by a person.

    (nothing) ─► draft ─► approved ─► superseded
                 │  ▲ └─────────────────┘   a draft that another draft replaced
                 └──┘ returned with a reason, handed in again

`drafts` begins and saves, `changing` saves line by line, `importing` reads files, `embedding` what came inside a
recording, `comparing` shows what changed, `returning` gives back, `approving` is the only way to what learners are
served (law 7), `reporting` takes what learners find wrong in it.
"""

from media.domain.captioning.approving import CannotApprove, approve, why_not_approvable, why_not_by
from media.domain.captioning.changing import Changed, LineChange, change_lines, lines_since, others_at
from media.domain.captioning.comparing import Difference, compare
from media.domain.captioning.drafts import (
    CannotSave,
    CueText,
    DraftClosed,
    StaleDraft,
    keep_beside,
    restore_version,
    save_draft,
    start_draft,
    write_machine_draft,
)
from media.domain.captioning.embedding import keep_embedded
from media.domain.captioning.importing import CannotImport, import_captions
from media.domain.captioning.reporting import (
    CannotReport,
    TooManyReports,
    forget_reports,
    report_captions,
    settle_report,
)
from media.domain.captioning.returning import CannotReturn, hand_in, return_draft

__all__ = [
    "CannotApprove",
    "CannotImport",
    "CannotReport",
    "CannotReturn",
    "CannotSave",
    "Changed",
    "CueText",
    "Difference",
    "DraftClosed",
    "LineChange",
    "StaleDraft",
    "TooManyReports",
    "approve",
    "change_lines",
    "compare",
    "forget_reports",
    "hand_in",
    "import_captions",
    "keep_beside",
    "keep_embedded",
    "lines_since",
    "others_at",
    "report_captions",
    "restore_version",
    "return_draft",
    "save_draft",
    "settle_report",
    "start_draft",
    "why_not_approvable",
    "why_not_by",
    "write_machine_draft",
]
