"""Adding to the sums inside the database, by sets: rows travel as one text, and what is there already never leaves.

A line is what a share is made of: cell, year, day (as its ordinal) and the nine amounts. What is added to a cell is
added to the wide cell it is part of.
"""

import json
from collections.abc import Collection, Sequence
from datetime import date

from django.db import connection
from django.db.models import Model

from lms.reports.rollups.models import Cell, CellPost, DayTally, MonthTally, Share, TodayTally, UnitTally

COLUMNS = (
    "people",
    "asked",
    "met",
    "on_course",
    "short",
    "online_hundredths",
    "centralized_hundredths",
    "lessons_completed",
    "courses_completed",
)
_SUMS = ", ".join(f"SUM({name}) AS {name}" for name in COLUMNS)
_IS_ANYTHING = " OR ".join(f"SUM({name}) <> 0" for name in COLUMNS)
_KEYS: dict[type[Model], tuple[str, ...]] = {
    DayTally: ("cell_id", "year", "day"),
    MonthTally: ("cell_id", "year", "day"),
    TodayTally: ("cell_id", "year"),
}


def add_lines(lines: Sequence[Sequence[int]], today: date) -> None:
    """Add the lines to the sums of their day and month, and to today's where they lie before tomorrow."""
    if lines:
        cell = _table(Cell)
        source = (
            f"WITH line AS ({_line()} FROM {_elements('%s')}) SELECT * FROM line UNION ALL"  # noqa: S608  (our own names)
            f" SELECT {cell}.wide_id, year, day, {', '.join(COLUMNS)} FROM line JOIN {cell} ON {cell}.id = line.cell_id"
        )
        text = json.dumps(lines, separators=(",", ":"))
        _sum_into(DayTally, source, [text])
        _sum_into(MonthTally, source, [text])
        _sum_into(TodayTally, source, [text], until=today)
        _add_units(f"{_line()} FROM {_elements('%s')}", [text, today])


def add_all_shares(today: date) -> None:
    """Make all sums, of which there are none yet, from the shares."""
    days = f"SELECT cell_id, year, day, {', '.join(COLUMNS)} FROM {_table(DayTally)}"  # noqa: S608  (our own names)
    shares = _table(Share)
    _sum_into(DayTally, f"{_line()} FROM {shares}, {_elements(f'{shares}.lines')}", [])
    _add_wide(DayTally, "", [], sign=1)
    _sum_into(MonthTally, days, [])
    _sum_into(TodayTally, days, [], until=today)
    _add_units(days, [today])


def add_days(first: date, last: date) -> None:
    """What changes from a day to a day joins today's sums."""
    days = f"SELECT * FROM {_table(DayTally)} WHERE day >= %s"  # noqa: S608  (our own names)
    _sum_into(TodayTally, days, [first], until=last)
    _add_units(days, [first, last])


def add_cells(cells: Collection[int], *, sign: int) -> None:
    """Add what the cells are to the sums of the wide cells that they are part of; with -1, take it out."""
    among = f"AND {_table(Cell)}.id IN ({', '.join(['%s'] * len(cells))})"
    for model in _KEYS:
        _add_wide(model, among, list(cells), sign=sign)


def _add_wide(model: type[Model], among: str, params: list, *, sign: int) -> None:
    cell, tally, names = _table(Cell), _table(model), _KEYS[model][1:]
    amounts = ", ".join(f"{sign} * {name} AS {name}" for name in COLUMNS)
    source = (
        f"SELECT {cell}.wide_id AS cell_id, {', '.join(names)}, {amounts} FROM {tally}"  # noqa: S608  (our own names)
        f" JOIN {cell} ON {cell}.id = {tally}.cell_id WHERE {cell}.wide_id IS NOT NULL {among}"
    )
    _execute(model, f"SELECT {', '.join(_KEYS[model])}, {_SUMS} FROM ({source}) AS line", params)  # noqa: S608


def _add_units(lines: str, params: list) -> None:
    """Add those of the lines up to a day, which is the last parameter, to the units of their cells."""
    units, posts = _table(UnitTally), _table(CellPost)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {units} (org_id, year, short)"  # noqa: S608  (our own names)
            f" SELECT {posts}.org_id, line.year, SUM(line.short) FROM ({lines}) AS line"
            f" JOIN {posts} ON {posts}.cell_id = line.cell_id"
            f" WHERE {posts}.org_id IS NOT NULL AND line.day <= %s GROUP BY 1, 2 HAVING SUM(line.short) <> 0"
            f" ON CONFLICT (org_id, year) DO UPDATE SET short = {units}.short + excluded.short",
            params,
        )


def _sum_into(model: type[Model], source: str, params: list, *, until: date | None = None) -> None:
    """Add the rows that the query `source` gives by cell, year and day, to the rows of the model."""
    keys = ["cell_id", "year", _first_of_month() + " AS day" if model is MonthTally else "day"][: len(_KEYS[model])]
    where = "" if until is None else "WHERE day <= %s"
    _execute(
        model,
        f"SELECT {', '.join(keys)}, {_SUMS} FROM ({source}) AS line {where}",  # noqa: S608  (our own names)
        params + ([] if until is None else [until]),
    )


def _execute(model: type[Model], rows: str, params: list) -> None:
    """Add the summed rows to those that have the same key; on both databases.

    In the order of the keys: what is read of a cell lies together, and two who write wait for each other alike.
    """
    table, names = _table(model), _KEYS[model]
    sums = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in COLUMNS)
    group = ", ".join(str(number) for number in range(1, len(names) + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join((*names, *COLUMNS))}) {rows} GROUP BY {group} HAVING {_IS_ANYTHING}"
            f" ORDER BY {group}"
            f" ON CONFLICT ({', '.join(names)}) DO UPDATE SET {sums}",
            params,
        )


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _line() -> str:
    """The start of a query that reads lines, which are JSON, as rows."""
    places = list(enumerate(COLUMNS, start=3))
    if connection.vendor == "postgresql":
        amounts = ", ".join(f"(value->>{place})::bigint AS {name}" for place, name in places)
        day = "date '0001-01-01' + ((value->>2)::int - 1)"
        return f"SELECT (value->>0)::bigint AS cell_id, (value->>1)::int AS year, {day} AS day, {amounts}"
    amounts = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in places)
    # SQLite counts days from noon in 4713 BC.
    day = "date(json_extract(value, '$[2]') + 1721424.5)"
    cell, year = "json_extract(value, '$[0]')", "json_extract(value, '$[1]')"
    return f"SELECT {cell} AS cell_id, {year} AS year, {day} AS day, {amounts}"


def _elements(lines: str) -> str:
    is_postgresql = connection.vendor == "postgresql"
    return f"jsonb_array_elements({lines}::jsonb) AS element(value)" if is_postgresql else f"json_each({lines})"


def _first_of_month() -> str:
    return "date_trunc('month', day)::date" if connection.vendor == "postgresql" else "date(day, 'start of month')"
