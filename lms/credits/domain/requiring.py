"""学时要求: what somebody must earn in a period, from the posts she held on each day. Pure: no database, no clock.

The fifteenth decides: what holds on the fifteenth of a month holds for the month. On that day her posts say who binds
her and the place of her cadre authority which row holds (`binding`); the months then make up the amount. Every step is
kept as a message code with its values, so that learner and officer read it in words (`explaining`).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from lms.credits.domain.binding import OF_THE_VILLAGE, HeldPost, Relief, Row, Span, promotion_in, row_on
from lms.credits.domain.recognising import NOTHING, Step, step
from lms.credits.enums import PartYear


@dataclass(frozen=True, slots=True)
class Need:
    """What one counter asks for in one span; `days` is None where hours have no alternative.

    `counted` are the fifteenths of the months that make it up. `until` is the day before which it must be met.
    """

    span: Span
    category: str
    hours: Decimal = NOTHING
    days: Decimal | None = None
    is_bound: bool = False
    counted: Sequence[date] = ()
    promoted_on: date | None = None
    until: date = date.max
    why: list[Step] = field(default_factory=list)

    @property
    def is_exempt(self) -> bool:
        return self.is_bound and (not self.hours or self.days == 0)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the first of the month after it where there is none."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return day.replace(year=day.year + years, month=month + 1)
    except ValueError:
        return date(day.year + years, month + 2, 1)


def _exact(amount: Decimal) -> Decimal:
    return max(amount, NOTHING).quantize(NOTHING, rounding=ROUND_DOWN)


def need_in(
    span: Span, category: str, *, posts: Sequence[HeldPost], reliefs: Sequence[Relief], rows: Sequence[Row]
) -> Need:
    """What the person must earn in the span in this category, and why; not bound where no row ever held.

    Each bound month asks for its share of what its row asks for: a twelfth of a year's, a sixtieth of a cycle's. Bound
    in some months only, she owes these shares, or the whole amount in larger ones, or nothing, as the row of the last
    of them says. Months of an approved exemption ask for nothing; what exemptions reduce is taken off after that.
    Amounts are never negative and rounded down to two places.
    """
    fifteenths = span.fifteenths
    bound = _bound_months(span, category, posts, rows)
    if not bound:
        return Need(span, category, until=span.end, why=[_why_not_bound(span, posts)])
    last, is_whole = bound[max(bound)], len(bound) == len(fifteenths)
    mine = [relief for relief in reliefs if relief.category in ("", category)]
    freeing = [relief for relief in mine if not relief.reduces]
    taking = [relief for relief in mine if relief.reduces and span.first_day <= relief.active_from < span.end]
    counted = [day for day in bound if not any(relief.holds(day) for relief in freeing)]
    if not is_whole and last.part_year == PartYear.EXEMPT:
        counted = []
    of_months = len(bound) if last.part_year == PartYear.WHOLE else len(fifteenths)
    asked = [bound[day] for day in counted]
    hours = sum((row.hours for row in asked), NOTHING) / of_months
    hours = _exact(hours - sum((relief.hours or NOTHING for relief in taking), NOTHING))
    days = None
    if all(row.days is not None for row in bound.values()):
        days = sum((row.days or NOTHING for row in asked), NOTHING) / of_months
        days = _exact(days - sum((relief.days or NOTHING for relief in taking), NOTHING))
    promoted = promotion_in(span, posts) if last.catch_up_months else None
    until = max(span.end, months_after(promoted, last.catch_up_months)) if promoted else span.end
    why = [
        *_rows_in_words(bound.values()),
        *([] if is_whole else [_part_in_words(last, len(bound), len(fifteenths))]),
        *_reliefs_in_words(freeing, taking, bound),
        *_promotion_in_words(promoted, until, span),
        step("needed_or_days", hours=str(hours), days=str(days))
        if days is not None
        else step("needed", hours=str(hours)),
    ]
    return Need(span, category, hours, days, True, counted, promoted, until, why)


def clipped(posts: Iterable[HeldPost], span: Span) -> tuple[HeldPost, ...]:
    """The posts as far as the span knows them: whoever held the same ones in it needs the same.

    Of days before the span the last one is kept, for promotions; of when a post itself began, only which began first.
    """
    eve = span.first_day - timedelta(days=1)
    seen = [post for post in posts if post.active_from < span.end and (post.active_to is None or post.active_to > eve)]
    order = {day: date.fromordinal(number) for number, day in enumerate(sorted({post.begun for post in seen}), start=1)}
    return tuple(
        HeldPost(
            max(post.active_from, eve),
            None if post.active_to is None or post.active_to >= span.end else post.active_to,
            post.level,
            post.category,
            post.place,
            post.authority_id,
            since=order[post.begun],
        )
        for post in seen
    )


# What is kept of one cadre's posts takes some kilobytes.
MOST_KNOWN = 20_000


class Needs:
    """What the rows ask for, worked out once for all people who held the same posts and have the same exemptions.

    Whoever keeps it for long finds it bounded: when much is known, it begins anew.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._known: dict[Any, Need] = {}

    def need_in(self, span: Span, category: str, *, posts: Sequence[HeldPost], reliefs: Sequence[Relief]) -> Need:
        """The same as the function of this name; whoever gets it changes nothing in it."""
        key = span, category, clipped(posts, span), tuple(reliefs)
        if key not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = need_in(span, category, posts=key[2], reliefs=reliefs, rows=self.rows)
        return self._known[key]


def _bound_months(span: Span, category: str, posts: Sequence[HeldPost], rows: Iterable[Row]) -> dict[date, Row]:
    """The row that holds, by the fifteenths on which one does; looked up once between two days that change anything."""
    likely = [row for row in rows if (row.category, row.period) == (category, span.period)]
    periods = [(post.active_from, post.active_to) for post in posts]
    periods += [(row.active_from, row.active_to) for row in likely]
    edges = sorted({day for period in periods for day in period if day is not None})
    known: dict[int, Row | None] = {}
    bound = {}
    for day in span.fifteenths if likely else ():
        between = bisect_right(edges, day)
        if between not in known:
            known[between] = row_on(day, posts, likely, category=category, period=span.period)
        if (row := known[between]) is not None:
            bound[day] = row
    return bound


def _promotion_in_words(promoted: date | None, until: date, span: Span) -> list[Step]:
    """Only where it gives more time than the span does."""
    if promoted is None or until == span.end:
        return []
    return [step("promoted", day=promoted.isoformat(), until=until.isoformat())]


def _why_not_bound(span: Span, posts: Sequence[HeldPost]) -> Step:
    held = [post for post in posts if any(post.holds(day) for day in span.fifteenths)]
    if not held:
        return step("no_post")
    if all(post.category in OF_THE_VILLAGE for post in held):
        return step("no_requirement_village")
    return step("no_requirement")


def _rows_in_words(rows: Iterable[Row]) -> list[Step]:
    """Each row that bound her, with its months, in the order in which they did."""
    return [
        step(
            f"bound_{row.period}" if row.days is None else f"bound_{row.period}_or_days",
            bound=row.bound,
            months=months,
            hours=str(row.hours),
            **({} if row.days is None else {"days": str(row.days)}),
        )
        for row, months in Counter(rows).items()
    ]


def _part_in_words(last: Row, months: int, of_months: int) -> Step:
    return step(f"part_{last.part_year}", months=months, of_months=of_months)


def _reliefs_in_words(freeing: Iterable[Relief], taking: Iterable[Relief], bound: dict[date, Row]) -> list[Step]:
    freed = [
        step("exempt_months", ground=relief.kind, months=months)
        for relief in freeing
        if (months := sum(relief.holds(day) for day in bound))
    ]
    return freed + [
        step("reduced", ground=relief.kind, hours=str(relief.hours or NOTHING), days=str(relief.days or NOTHING))
        for relief in taking
    ]
