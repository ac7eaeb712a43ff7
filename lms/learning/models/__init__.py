"""Nouns of learning: the right to play, what was watched, what was answered, what is complete."""

from lms.learning.models.appealing import Appeal, Settlement
from lms.learning.models.assessing import SelfAssessment
from lms.learning.models.checking import PresenceCheck, WaitingStretch
from lms.learning.models.completing import CourseCompletion, LessonCompletion
from lms.learning.models.devices import DeviceNote, DeviceSighting
from lms.learning.models.feedback import LessonProblem, UnderstandingVote
from lms.learning.models.knowledge import KnowledgeTest
from lms.learning.models.packages import OfflinePackage, PackageReceipt
from lms.learning.models.playing import CourseEnrolment, PlaySession, StudyClock, new_session_code
from lms.learning.models.practising import VideoAnswer
from lms.learning.models.quizzes import QuizAttempt, QuizSitting, new_sitting_code
from lms.learning.models.screening import GroupObjection, GroupReceipt, GroupTick, GroupViewing, GroupWithdrawal
from lms.learning.models.watching import Receipt, RefusedStretch, WatchRecord

__all__ = [
    "Appeal",
    "CourseCompletion",
    "CourseEnrolment",
    "DeviceNote",
    "DeviceSighting",
    "GroupObjection",
    "GroupReceipt",
    "GroupTick",
    "GroupViewing",
    "GroupWithdrawal",
    "KnowledgeTest",
    "LessonCompletion",
    "LessonProblem",
    "OfflinePackage",
    "PackageReceipt",
    "PlaySession",
    "PresenceCheck",
    "QuizAttempt",
    "QuizSitting",
    "Receipt",
    "RefusedStretch",
    "SelfAssessment",
    "Settlement",
    "StudyClock",
    "UnderstandingVote",
    "VideoAnswer",
    "WaitingStretch",
    "WatchRecord",
    "new_session_code",
    "new_sitting_code",
]
