"""Lists of hours from elsewhere, as officers send them."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from lms.credits.domain.importing import choose_columns, confirm_import, platform_named, receive_file
from lms.credits.domain.outside import usual_columns
from lms.credits.domain.settling_imports import settle_import
from lms.credits.models import ImportBatch
from lms.lib.foreign_tables import read_table
from lms.people.models import Org, Person
from tests.cast import Cast
from tests.credits.world import AT

HEADINGS = ["登录码", "手机号", "姓名", "课程编号", "课程名称", "完成日期", "学时", "天数"]
ACADEMY = "安宁省干部网络学院"


def row_of(person: Person, number: str = "K001", day: Any = date(2026, 3, 5), hours: Any = 2, **more: Any) -> list[Any]:
    """One row under HEADINGS."""
    return [
        more.get("code", person.login_code),
        more.get("phone", ""),
        more.get("name", person.name),
        number,
        more.get("title", f"课程{number}"),
        day,
        hours,
        more.get("days", ""),
    ]


def workbook(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS, above: Sequence[Sequence[Any]] = ()) -> Workbook:
    book = Workbook()
    for line in [*above, headings, *rows]:
        book.active.append(list(line))
    return book


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS, **more: Any) -> bytes:
    return saved(workbook(*rows, headings=headings, **more))


def comma(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS, encoding: str = "utf-8") -> bytes:
    lines = [",".join(str(cell) for cell in row) for row in [headings, *rows]]
    return "\r\n".join(lines).encode(encoding)


def received(
    cast: Cast,
    data: bytes,
    *,
    kind: str = "external",
    category: str = "online_self_study",
    authority: Org | None = None,
    by: Person | None = None,
    at: Any = AT,
) -> ImportBatch:
    """A list that waits, with its columns chosen as their headings say."""
    batch = receive_file(
        data,
        file_name="学时.xlsx",
        kind=kind,
        category=category,
        platform=platform_named(ACADEMY) if kind == "external" else None,
        authority=authority or cast.orgs.organization_department,
        by=by or cast.officer,
        at=at,
    )
    return choose_columns(batch, usual_columns(read_table(data).headings, kind))


def imported(cast: Cast, data: bytes, *, at: Any = AT, leave_out: bool = False, **more: Any) -> ImportBatch:
    """A list that was confirmed, and its hours registered."""
    batch = received(cast, data, at=at, **more)
    batch = confirm_import(batch, leave_out_refused=leave_out, by=more.get("by") or cast.officer, at=at)
    settle_import(batch, at=at)
    batch.refresh_from_db()
    return batch
