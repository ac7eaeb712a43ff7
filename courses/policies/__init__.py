"""Who may play a lesson, who may work on pages and quizzes, and which pages must not be deleted."""

from courses.policies.deleting import deletable, register_blocker
from courses.policies.editing import ContentPolicy, QuestionPolicy, QuizPolicy
from courses.policies.playing import admits, admitted_to, can_enter, can_enter_course, can_play, is_on_show

__all__ = [
    "ContentPolicy",
    "QuestionPolicy",
    "QuizPolicy",
    "admits",
    "admitted_to",
    "can_enter",
    "can_enter_course",
    "can_play",
    "deletable",
    "is_on_show",
    "register_blocker",
]
