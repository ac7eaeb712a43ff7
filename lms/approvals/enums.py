"""Steps of an approval; stored codes are those of the glossary."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """What was done last, and with that the state of a submission."""

    SUBMITTED = "submitted", _("Submitted")
    FIRST_REVIEW = "first_review", _("Passed the first review")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "submission_withdrawn", _("Withdrawn")


# Which steps may follow which; what is missing here is the end.
NEXT: dict[Step, frozenset[Step]] = {
    Step.SUBMITTED: frozenset({Step.FIRST_REVIEW, Step.RETURNED, Step.REJECTED, Step.WITHDRAWN}),
    Step.FIRST_REVIEW: frozenset({Step.APPROVED, Step.RETURNED, Step.REJECTED, Step.WITHDRAWN}),
    Step.RETURNED: frozenset({Step.SUBMITTED, Step.WITHDRAWN}),
}
# The submitter's own; all others are somebody else's.
OWN = frozenset({Step.SUBMITTED, Step.WITHDRAWN})
WITH_REASON = frozenset({Step.RETURNED, Step.REJECTED})
# Something is still to be done by somebody.
OPEN = frozenset(NEXT)
