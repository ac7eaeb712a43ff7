"""What must not be deleted because facts of learning hang on it; who settles which appeals; whose lessons and
screenings one sees, and who is ticked at them."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import LessonPage
from lms.learning.models import (
    Appeal,
    CourseEnrolment,
    GroupViewing,
    KnowledgeTest,
    LessonCompletion,
    LessonProblem,
    PlaySession,
    PresenceCheck,
    QuizAttempt,
    QuizSitting,
    UnderstandingVote,
    VideoAnswer,
    WatchRecord,
)
from lms.people.enums import OrgKind, Purpose, RoleKind
from lms.people.models import Membership, Person, Role, in_places
from lms.people.policies import orgs_of_trainer, persons_visible_to, roles_on
from lms.people.queries import SURVIVOR, same_person_ids
from media.models import Video


def why_not_deletable(pages: list[Page]) -> list[str]:
    """The reasons against deleting these pages: somebody has learnt in them."""
    ids = [page.pk for page in pages]
    lessons = (
        PlaySession,
        WatchRecord,
        PresenceCheck,
        QuizAttempt,
        QuizSitting,
        LessonCompletion,
        CourseEnrolment,
        UnderstandingVote,
        LessonProblem,
        VideoAnswer,
        KnowledgeTest,
        GroupViewing,
    )
    if any(model.objects.filter(page__in=ids).exists() for model in lessons):
        return [_("People have learnt here; what they learnt is kept. Unpublish the page instead.")]
    return []


def why_recording_must_stay(video: Video) -> list[str]:
    """The reason against deleting this recording: somebody has learnt with it."""
    if any(model.objects.filter(video=video).exists() for model in (PlaySession, WatchRecord, GroupViewing)):
        return [_("People have learnt with it; what they learnt is kept. Take it down instead.")]
    return []


def appeals_for(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[Appeal]:
    """The appeals, open and settled, that are the actor's to settle on the day.

    Those of the people whom she sees for this purpose, without those in which she has an interest: her own, and those
    about lessons that she owns, or of an organisation to which she belongs in whatever role.
    """
    roles = roles_on(actor, on) if roles is None else roles
    persons = persons_visible_to(actor, purpose=Purpose.SETTLING_APPEALS, on=on, roles=roles)
    if not roles:
        return Appeal.objects.none()
    hers = {role.org_id for role in roles}
    hers.update(Membership.objects.on(on).filter(person=actor).values_list("org_id", flat=True))
    seen = persons.order_by().values("pk")
    return (
        Appeal.objects.alias(who=SURVIVOR)
        .filter(who__in=seen)
        .exclude(person__in=same_person_ids(actor))
        .exclude(refused__page__org__in=hers)
        .exclude(refused__page__owner=actor)
    )


def may_settle(actor: Any, appeal: Appeal, *, on: date) -> bool:
    """Whether the appeal is one of those that the actor settles on the day."""
    return appeals_for(actor, on=on).filter(pk=appeal.pk).exists()


def lessons_of_trainer(actor: Any, *, on: date) -> QuerySet[LessonPage]:
    """The lessons of whose learners the actor reads counts, and nothing else, on the day."""
    return LessonPage.objects.filter(org__in=orgs_of_trainer(actor, on))


def role_for_screening(actor: Any, *, on: date) -> Role | None:
    """The role by which the actor screens lessons on the day: that of a learning helper, the first if several."""
    return next((role for role in roles_on(actor, on) if role.kind == RoleKind.LEARNING_HELPER), None)


def villagers_of(viewing: GroupViewing, *, on: date) -> QuerySet[Person]:
    """Who can be at the screening: whom its helper helps, by the role of the organisation for which she screens it.

    Nobody once that role has ended; never herself.
    """
    roles = [
        role
        for role in roles_on(viewing.helper, on)
        if role.kind == RoleKind.LEARNING_HELPER and role.org_id == viewing.org_id
    ]
    seen = persons_visible_to(viewing.helper, purpose=Purpose.HELPING, on=on, roles=roles)
    return seen.exclude(pk__in=same_person_ids(viewing.helper))


def sees_screenings(roles: list[Role]) -> bool:
    """Whether one of the roles opens screenings at the desk."""
    return any(_opens_screenings(role) for role in roles)


def _opens_screenings(role: Role) -> bool:
    return role.kind == RoleKind.OFFICER and role.org.kind == OrgKind.AGRICULTURE_DEPARTMENT


def screenings_seen_by(actor: Any, *, on: date, roles: list[Role] | None = None) -> QuerySet[GroupViewing]:
    """The screenings in the places of the agriculture departments whose officer the actor is on the day: in counts.

    Whose villages' people they see for farmers' training, they see at screenings; of persons this opens nobody.
    """
    roles = roles_on(actor, on) if roles is None else roles
    places = in_places((role.org.division for role in roles if _opens_screenings(role)), on)
    return GroupViewing.objects.filter(places, closed_at__isnull=False)
