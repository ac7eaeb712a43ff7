"""What people wrote in their own words goes when its time is over; facts about learning hold none."""

from datetime import datetime, timedelta

from django.db.models import Q

from lms.learning.models import (
    Appeal,
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

    Returns how many, by label.

    A mistake reported by somebody whose account is closed stays without her name until it is answered and old.
    """
    appeals = Appeal.objects.filter(_CLOSED).exclude(words="")
    votes = UnderstandingVote.objects.filter(_CLOSED)
    theirs_alone = [
        model.objects.filter(_CLOSED) for model in (QuizSitting, SelfAssessment, KnowledgeTest, VideoAnswer)
    ]
    theirs = LessonProblem.objects.filter(reported_by__closed_at__isnull=False)
    old = LessonProblem.objects.filter(replied_at__lt=at - timedelta(days=LessonProblem.RETENTION.days or 0))
    counts = {
        "learning.Appeal": appeals.count(),
        "learning.UnderstandingVote": votes.count(),
        **{rows.model._meta.label: rows.count() for rows in theirs_alone},
        "learning.LessonProblem": LessonProblem.objects.filter(Q(pk__in=theirs) | Q(pk__in=old)).count(),
    }
    if not dry_run:
        appeals.update(words="")
        votes.delete()
        for rows in theirs_alone:
            rows.delete()
        old.delete()
        theirs.update(reported_by=None)
    return counts
