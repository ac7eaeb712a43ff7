"""The columns of a roster, as they stand in the template, and the words that may be chosen in them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import override

from lms.people.enums import PersonnelCategory, PostLevel, RosterMove


@dataclass(frozen=True, slots=True)
class Column:
    """`hint` stands on the sheet of explanations; an officer's roster is Chinese, whatever language her pages have."""

    key: str
    heading: str
    hint: str
    width: int = 18
    is_needed: bool = False


COLUMNS = (
    Column("name", "姓名", "与身份证一致。", 12, True),
    Column("identity_number", "身份证号", "18 位。这一列是文本格式，请勿改成数字。", 24, True),
    Column("phone", "手机号", "可不填。新人员用它登录；已有账号的手机号不会被名册修改。", 16),
    Column("unit", "单位", "从下拉列表中选。只能是本地区的单位；重名的单位写成“名称（代码）”。", 30, True),
    Column("title", "职务", "例如：村委会主任。", 22, True),
    Column("category", "人员类别", "从下拉列表中选。离任的可不填。", 24),
    Column("level", "职务层次", "从下拉列表中选，没有的不填。", 18),
    Column("start", "任职日期", "从哪一天起担任这个职务。写成 2026-09-01；只知道月份的写 202609。离任的可不填。", 16),
    Column("until", "离任日期", "从哪一天起不再担任这个职务。变动为“离任”时必填，其余一般不填。", 16),
    Column("move", "变动", "不填：名册里没有职务的人新任职，或职务没有变化。有变化的请选一种，见下面的说明。", 12),
)

MOVES = {
    RosterMove.APPOINTMENT: ("新任", "现在没有本部门管理的职务，从任职日期起担任这个职务。"),
    RosterMove.TRANSFER: ("调任", "原来的职务都到任职日期为止，从这一天起担任这个职务。"),
    RosterMove.PROMOTION: ("晋升", "在同一单位里，原来的职务到任职日期为止，从这一天起担任这个职务。"),
    RosterMove.CONCURRENT: ("兼任", "原来的职务继续，再加上这个职务。"),
    RosterMove.LEAVING: ("离任", "从离任日期起不再担任这个职务，历史保留。"),
}


def words_of(choices: type[TextChoices]) -> dict[str, str]:
    """The Chinese word of each choice, and its code."""
    with override("zh-hans"):
        return {str(choice.label): str(choice.value) for choice in choices}


def categories() -> dict[str, str]:
    return words_of(PersonnelCategory)


def levels() -> dict[str, str]:
    return words_of(PostLevel)


def moves() -> dict[str, str]:
    return {word: move.value for move, (word, _meaning) in MOVES.items()}


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation as a roster names it."""

    pk: int
    name: str
    code: str


def unit_words(units: Iterable[Unit]) -> dict[str, Unit]:
    """What may stand in the column of units: the name where it is the only one, always the name with the code."""
    known = list(units)
    named: dict[str, list[Unit]] = {}
    for unit in known:
        named.setdefault(unit.name, []).append(unit)
    words = {f"{unit.name}（{unit.code}）": unit for unit in known}
    return {name: same[0] for name, same in named.items() if len(same) == 1} | words
