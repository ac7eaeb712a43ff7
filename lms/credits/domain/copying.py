"""What a person was given in writing, for the copy of her data."""

from typing import Any

from lms.credits.domain.vouching import verdicts_of
from lms.credits.models import Attestation
from lms.credits.policies import attestations_of
from lms.people.models import Person


def papers_of(person: Person) -> list[dict[str, Any]]:
    """Every 证明 of hers, newest first: what it says and what it is worth today. A constant number of queries."""
    papers = list(attestations_of(person).select_related("revocation"))
    verdicts = verdicts_of(papers)
    return [_said(paper) | {"worth": verdicts[paper.pk].state, "since": verdicts[paper.pk].since} for paper in papers]


def _said(paper: Attestation) -> dict[str, Any]:
    revocation = getattr(paper, "revocation", None)
    return {
        "number": paper.number,
        "kind": paper.kind,
        "says": paper.says,
        "issued_at": paper.issued_at,
        "issued_by": paper.org.name if paper.org else None,
        "why_revoked": revocation.reason if revocation else None,
    }
