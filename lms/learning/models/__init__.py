"""Nouns of learning: the right to play, what was watched, what was answered, what is complete."""

from lms.learning.models.completing import CourseCompletion, LessonCompletion
from lms.learning.models.packages import OfflinePackage, PackageReceipt
from lms.learning.models.playing import CourseEnrolment, PlaySession, StudyClock, new_session_code
from lms.learning.models.quizzes import QuizAttempt
from lms.learning.models.watching import Receipt, RefusedStretch, WatchRecord

__all__ = [
    "CourseCompletion",
    "CourseEnrolment",
    "LessonCompletion",
    "OfflinePackage",
    "PackageReceipt",
    "PlaySession",
    "QuizAttempt",
    "Receipt",
    "RefusedStretch",
    "StudyClock",
    "WatchRecord",
    "new_session_code",
]
