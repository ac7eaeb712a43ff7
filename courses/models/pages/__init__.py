"""The pages: the home page, tracks, courses and lessons."""

from courses.models.pages.course import CoursePage
from courses.models.pages.lesson import BodyBlocks, LessonPage
from courses.models.pages.tracks import CataloguePage, HomePage

__all__ = ["BodyBlocks", "CataloguePage", "CoursePage", "HomePage", "LessonPage"]
