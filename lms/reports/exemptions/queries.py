"""Which exemptions an officer sees, and which of them wait for her."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from lms.credits.enums import ExemptionState
from lms.credits.models import Exemption
from lms.people.enums import Purpose, RoleKind
from lms.people.models import Person, Post, Role
from lms.people.policies import persons_visible_to
from lms.people.queries import SURVIVOR


def exemptions_of(person: Person) -> list[Exemption]:
    """All of one human being, newest first."""
    return list(Exemption.objects.filter(person.owns()).select_related("proposed_by", "decided_by", "withdrawn_by"))


def exemptions_for(actor: Any, *, on: date, roles: list[Role]) -> QuerySet[Exemption]:
    """The exemptions of the cadres whom the actor sees on the day."""
    seen = persons_visible_to(actor, purpose=Purpose.CADRE_TRAINING, on=on, roles=roles).order_by().values("pk")
    mine = Exemption.objects.alias(who=SURVIVOR).filter(who__in=seen)
    return mine.select_related("person__merged_into", "proposed_by", "decided_by", "withdrawn_by", "authority")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that waits, and whether this officer is one who may decide it."""

    exemption: Exemption
    is_hers: bool


def waiting_for(actor: Person, *, on: date, roles: list[Role]) -> list[Waiting]:
    """Those that wait, the longest first; three queries however many."""
    waiting = exemptions_for(actor, on=on, roles=roles).filter(state=ExemptionState.PROPOSED).order_by("proposed_at")
    orgs = [role.org_id for role in roles if role.kind == RoleKind.OFFICER]
    posts = Post.objects.on(on).filter(cadre_authority__in=orgs).select_related("person__merged_into")
    managed = {post.person.survivor.pk for post in posts.filter(person__exemptions__state=ExemptionState.PROPOSED)}
    managed |= {post.person.survivor.pk for post in posts.filter(person__merged_into__isnull=False)}
    return [
        Waiting(
            each,
            each.person.survivor.pk in managed and actor.pk not in {each.proposed_by_id, each.person.survivor.pk},
        )
        for each in waiting
    ]
