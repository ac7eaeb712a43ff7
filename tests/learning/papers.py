"""Questions of every kind, and answers to what was drawn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from courses.enums import QuestionKind
from courses.models import Choice, LessonPage, Question, QuestionSet
from lms.learning.domain.answering import hand_in
from lms.learning.domain.marking import Item
from lms.learning.domain.showing import Arrival
from lms.learning.domain.sitting import open_sitting
from lms.learning.models import QuizAttempt, QuizSitting
from lms.people.models import Org, Person


def one_of_each(org: Org, **fields: Any) -> QuestionSet:
    """A quiz with one question of each kind."""
    quiz = QuestionSet.objects.create(org=org, title="各种题", pass_mark=60, **fields)
    _add(quiz, QuestionKind.SINGLE, "谁要验证码都不给，对吗？", [("不给", True), ("给银行", False), ("给快递", False)])
    _add(quiz, QuestionKind.MULTIPLE, "哪些要关掉？", [("位置", True), ("通讯录", True), ("手电筒", False)])
    _add(quiz, QuestionKind.TRUE_FALSE, "中奖先交税，是真的。", [], is_true=False)
    _add(quiz, QuestionKind.SHORT, "报警打几号？", [], accepted="110\n一一零")
    _add(quiz, QuestionKind.ORDER, "挂号的顺序", [("选医院", False), ("选科室", False), ("选时间", False)])
    matched = _add(quiz, QuestionKind.MATCH, "连一连", [])
    for place, (text, partner) in enumerate([("付款码", "给钱"), ("收款码", "收钱"), ("", "存钱")]):
        Choice.objects.create(question=matched, text=text, partner=partner, sort_order=place)
    return quiz


def _add(quiz: QuestionSet, kind: str, text: str, choices: list[tuple[str, bool]], **fields: Any) -> Question:
    question = Question.objects.create(
        question_set=quiz, kind=kind, text=text, sort_order=quiz.questions.count(), **fields
    )
    for place, (choice, is_right) in enumerate(choices):
        Choice.objects.create(question=question, text=choice, is_right=is_right, sort_order=place)
    return question


def right(item: Item) -> Any:
    """The right answer to an item."""
    return item["key"][0] if item["kind"] == QuestionKind.SHORT else item["key"]


def wrong(item: Item) -> Any:
    """An answer to the item that can be given and is not right."""
    names = [option["id"] for option in item["options"]]
    match item["kind"]:
        case QuestionKind.SHORT:
            return "不知道"
        case QuestionKind.MULTIPLE:
            return [next(name for name in names if name not in item["key"])]
        case QuestionKind.ORDER:
            return {name: len(names) + 1 - place for name, place in item["key"].items()}
        case QuestionKind.MATCH:
            spare = next(each["id"] for each in item["partners"] if each["id"] not in item["key"].values())
            return dict.fromkeys(item["key"], spare)
    return next(name for name in names if name != item["key"])


def answers(sitting: QuizSitting, *, wrong_ones: int = 0) -> dict[str, Any]:
    """What a browser sends: so many wrong answers, then right ones."""
    data: dict[str, Any] = {"sitting": sitting.code}
    for number, item in enumerate(sitting.paper):
        given = wrong(item) if number < wrong_ones else right(item)
        if isinstance(given, dict):
            data |= {f"q-{item['id']}-{name}": value for name, value in given.items()}
        else:
            data[f"q-{item['id']}"] = given
    return data


def answer_quiz(
    person: Person, lesson: LessonPage, *, answers: Mapping[int, int], at: datetime, offline: bool = False
) -> QuizAttempt:
    """Open the quiz and hand it in with these choices (choice id by question id)."""
    sitting = open_sitting(person, lesson, at=at)
    given = {
        item["id"]: next(option["id"] for option in item["options"] if option["choice"] == answers[item["question"]])
        for item in sitting.paper
    }
    return hand_in(sitting, given=given, at=at, arrival=Arrival(at, offline))
