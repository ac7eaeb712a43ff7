"""Nouns of courses: pages, outline versions, questions, and what happens to pages on their way to learners."""

from courses.models.coding import new_page_code
from courses.models.gate import GatedPage
from courses.models.links import ShortLink
from courses.models.outlines import OutlineVersion
from courses.models.pages import CataloguePage, CoursePage, HomePage, LessonPage
from courses.models.publishing import EditorNotice, Takedown
from courses.models.questions import Choice, Question, QuestionImport, QuestionSet
from courses.models.reviewing import ReviewTask
from courses.models.videoquestions import VideoQuestion

__all__ = [
    "CataloguePage",
    "Choice",
    "CoursePage",
    "EditorNotice",
    "GatedPage",
    "HomePage",
    "LessonPage",
    "OutlineVersion",
    "Question",
    "QuestionImport",
    "QuestionSet",
    "ReviewTask",
    "ShortLink",
    "Takedown",
    "VideoQuestion",
    "new_page_code",
]
