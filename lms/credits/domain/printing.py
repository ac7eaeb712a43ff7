"""The A4 page of an attestation as a PDF, from the row and from whose it is today; the same bytes while both are.

Names, the masked identity number and the post are read from the person: the row holds none of them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from lms.credits.domain.figures import NOTHING, HoursRow
from lms.credits.enums import AttestationKind, CreditCategory, Origin, Period
from lms.credits.models import Attestation
from lms.lib.a4_page import HEIGHT, MARGIN, Sheet, one_at_a_time
from lms.lib.durations import beijing_day
from lms.lib.numerals import in_capitals
from lms.people.models import Identity, Person
from lms.people.queries import posts_on

CODE_SIDE = 28.0
FOOT = HEIGHT - MARGIN - CODE_SIDE
MOST_MISSING = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what it is for, hours and days."""

    label: str
    of: str
    hours: Decimal
    days: Decimal


def lines_of(says: Mapping[str, Any]) -> list[Line]:
    """The table of a statement: a year by kind and origin, a cycle by year and kind."""
    rows = [HoursRow.of(row) for row in says["rows"]]
    if says["period"] == Period.ANNUAL:
        return [
            Line(str(CreditCategory(row.category).label), str(Origin(row.origin).label), row.hours, row.days)
            for row in rows
        ]
    sums: dict[tuple[int, CreditCategory], tuple[Decimal, Decimal]] = {}
    for row in rows:
        hours, days = sums.get((row.year, row.category), (NOTHING, NOTHING))
        sums[row.year, row.category] = hours + row.hours, days + row.days
    return [Line(str(year), str(category.label), *amounts) for (year, category), amounts in sums.items()]


def total_of(says: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """Hours and days in all."""
    rows = [HoursRow.of(row) for row in says["rows"]]
    return sum((row.hours for row in rows), NOTHING), sum((row.days for row in rows), NOTHING)


def period_in_words(says: Mapping[str, Any]) -> str:
    """2026, or 2023 to 2027."""
    if says["first_year"] == says["last_year"]:
        return _("the year %(year)s") % {"year": says["first_year"]}
    return _("the years %(first)s to %(last)s") % {"first": says["first_year"], "last": says["last_year"]}


def check_value(attestation: Attestation) -> str:
    """Sixteen characters by which paper and page can be compared: of the SHA-256 of all that was signed."""
    return hashlib.sha256(attestation.signed_bytes).hexdigest()[:16].upper()


def print_attestation(attestation: Attestation, *, address: str, entry_page: str) -> bytes:
    """The PDF. `address` is what the QR code leads to, `entry_page` where the number is typed in by hand."""
    with override("zh-hans"), one_at_a_time():
        sheet = Sheet(
            title=f"{attestation.get_kind_display()} {attestation.shown_number}",
            made_at=attestation.issued_at,
            across=_("SPECIMEN") if settings.PAPER_SPECIMEN else "",
        )
        _head(sheet, attestation)
        if attestation.kind == AttestationKind.CREDIT_STATEMENT:
            _statement(sheet, attestation)
        else:
            _certificate(sheet, attestation)
        _signature(sheet, attestation)
        _foot(sheet, attestation, address=address, entry_page=entry_page)
        return sheet.as_bytes()


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _head(sheet: Sheet, attestation: Attestation) -> None:
    sheet.down(6)
    sheet.heading(attestation.get_kind_display())
    sheet.down(3)
    sheet.line(_("No. %(number)s") % {"number": attestation.shown_number}, size=11, align="R")
    sheet.down(8)


def _whose(person: Person, on: date) -> str:
    """Her name; in brackets the masked number and the posts of that day, as far as they are known."""
    identity = Identity.objects.filter(person=person.survivor).first()
    known = [_("identity number %(number)s") % {"number": identity.masked}] if identity else []
    known += [f"{post.org.name}{post.title}" for post in posts_on(person, on)[:2]]
    name = person.survivor.name or str(_("Closed account"))
    return _("%(name)s (%(what)s)") % {"name": name, "what": _("; ").join(known)} if known else name


def _statement(sheet: Sheet, attestation: Attestation) -> None:
    says = attestation.says
    until = date.fromisoformat(says["until"])
    sheet.paragraph(
        _("By the ledger of credit hours, %(whose)s has on record for %(period)s, as of %(until)s:")
        % {"whose": _whose(attestation.person, until), "period": period_in_words(says), "until": _day(until)}
    )
    sheet.down(5)
    first = _("Kind of training on a paper") if says["period"] == Period.ANNUAL else _("Year of training on a paper")
    second = _("Origin on a paper") if says["period"] == Period.ANNUAL else _("Kind of training on a paper")
    hours, days = total_of(says)
    rows = [[line.label, line.of, str(line.hours), str(line.days)] for line in lines_of(says)]
    rows.append([_("In all on a paper"), "", str(hours), str(days)])
    heads = [first, second, _("Hours on a paper"), _("Days on a paper")]
    sheet.table(heads, rows, widths=[3, 3, 2, 2], aligns=["L", "L", "R", "R"])
    sheet.down(4)
    if hours >= 0:
        sheet.line(_("Hours in capitals: %(words)s") % {"words": in_capitals(hours)}, size=12)


def _certificate(sheet: Sheet, attestation: Attestation) -> None:
    says = attestation.says
    completed = date.fromisoformat(says["completed"])
    sheet.paragraph(
        _("%(whose)s finished the course “%(course)s” on this platform on %(day)s.")
        % {"whose": _whose(attestation.person, completed), "course": says["title"], "day": _day(completed)}
    )
    if amount := studied_in_words(says):
        sheet.paragraph(amount)
    sheet.paragraph(_("This is to certify it."))


def studied_in_words(says: Mapping[str, Any]) -> str:
    """How many lessons, and how long their recordings are; empty where neither is known."""
    if not says["lessons"]:
        return ""
    if says["seconds"] < 60:
        return _("Lessons studied: %(lessons)s.") % {"lessons": says["lessons"]}
    values = {"lessons": says["lessons"], "minutes": says["seconds"] // 60}
    return _("Lessons studied: %(lessons)s, with recordings of %(minutes)s minutes.") % values


def _signature(sheet: Sheet, attestation: Attestation) -> None:
    """Who issued it and when, with room for a stamp."""
    sheet.down(12)
    sheet.to(170)
    if attestation.org:
        sheet.line(_("Issued by: %(org)s (stamp)") % {"org": attestation.org.name}, size=13, align="R")
    else:
        sheet.note(_("Printed by the person. Compared by (stamp):"), x=MARGIN + 70, y=sheet.y, width=90, size=13)
        sheet.down(12)
    sheet.line(_day(beijing_day(attestation.issued_at)), size=13, align="R")


def _foot(sheet: Sheet, attestation: Attestation, *, address: str, entry_page: str) -> None:
    missing = _missing_in_words(sheet.missing)
    x, width = MARGIN + CODE_SIDE + 6, 210 - 2 * MARGIN - CODE_SIDE - 6
    sheet.code(address, x=MARGIN, y=FOOT, side=CODE_SIDE)
    words = [
        _("Scan the code, or type the number in at %(address)s, to see whether this paper is valid.")
        % {"address": entry_page},
        _("Check value: %(value)s") % {"value": check_value(attestation)},
        *([missing] if missing else []),
    ]
    y = FOOT - 1
    for text in words:
        sheet.note(text, x=x, y=y, width=width)
        y = sheet.y


def _missing_in_words(missing: Sequence[str]) -> str:
    """Which characters stand as 〓."""
    if not missing:
        return ""
    codes = " ".join(f"U+{ord(one):04X}" for one in missing[:MOST_MISSING])
    return _("〓 stands for a character that this page has no type for: %(codes)s.") % {"codes": codes}
