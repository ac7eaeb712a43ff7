"""What people wrote in their own words, and on which device they learnt, goes when its time is over.

Facts about learning hold neither.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from lms.learning.models import (
    Appeal,
    DeviceNote,
    DeviceSighting,
    KnowledgeTest,
    LessonProblem,
    QuizSitting,
    SelfAssessment,
    UnderstandingVote,
    VideoAnswer,
)

_CLOSED = Q(person__closed_at__isnull=False)


def forget_words(*, at: datetime, dry_run: bool = False) -> dict[str, int]:
    """Empty the words of closed accounts; delete their votes, papers, tests, answers in videos and self-assessments,
    and mistakes long answered.

    Sightings of devices and what was noted about them are deleted when they are old, those of closed accounts at once.

    Returns how many, by label.

    A mistake reported by somebody whose account is closed stays without her name until it is answered and old.
    """
    appeals = Appeal.objects.filter(_CLOSED).exclude(words="")
    votes = UnderstandingVote.objects.filter(_CLOSED)
    theirs_alone = [
        model.objects.filter(_CLOSED) for model in (QuizSitting, SelfAssessment, KnowledgeTest, VideoAnswer)
    ]
    theirs = LessonProblem.objects.filter(reported_by__closed_at__isnull=False)
    old = LessonProblem.objects.filter(replied_at__lt=_oldest(LessonProblem, at))
    seen = DeviceSighting.objects.filter(
        Q(session__person__closed_at__isnull=False) | Q(seen_at__lt=_oldest(DeviceSighting, at))
    )
    notes = DeviceNote.objects.filter(noted_at__lt=_oldest(DeviceNote, at))
    counts = {
        "learning.Appeal": appeals.count(),
        "learning.UnderstandingVote": votes.count(),
        **{rows.model._meta.label: rows.count() for rows in [*theirs_alone, seen, notes]},
        "learning.LessonProblem": LessonProblem.objects.filter(Q(pk__in=theirs) | Q(pk__in=old)).count(),
    }
    if not dry_run:
        appeals.update(words="")
        votes.delete()
        for rows in [*theirs_alone, seen, notes]:
            rows.delete()
        old.delete()
        theirs.update(reported_by=None)
    return counts


def _oldest(model: type[LessonProblem | DeviceSighting | DeviceNote], at: datetime) -> datetime:
    """Since when rows of the model are kept."""
    return at - timedelta(days=model.RETENTION.days or 0)
