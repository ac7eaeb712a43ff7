"""Sums over people who are counted together, by day, and what is still to be counted again."""

from django.db import models

from lms.lib.retention import Retention
from lms.people.enums import DivisionLevel, PersonnelCategory
from lms.people.models import Org
from lms.reports.rollups.enums import TouchedKind

CACHE = Retention("counting quickly", until="the facts are counted again", days=None, basis="statutory_duty")


class Cell(models.Model):
    """格: everybody who holds the same posts, in the same order, is counted together. Made by `cells`.

    Law 8 looks at work unit and cadre authority of each post, so whoever sees one person of a cell sees them all.
    Cells that differ only in units of one county are together a wide cell, which has none (`wide` is empty): of a
    prefecture or a province there are a tenth as many, and nobody who looks at one tells these units apart.
    """

    RETENTION = CACHE

    key = models.CharField(
        max_length=500, unique=True, help_text="org (wide: code):authority:category of each post, longest first"
    )
    wide = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="parts")

    def __str__(self) -> str:
        return self.key


class CellPost(models.Model):
    """One post of a cell. The codes say where unit and authority lie today; `cells` follows places that change.

    `authority_level` is that of the division the authority was set up in, as the policy compares it. Of a wide cell
    there is no unit, and `org_code` is the county's.
    """

    RETENTION = CACHE

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="posts")
    rank = models.PositiveSmallIntegerField(help_text="0 for the post held longest")
    is_only = models.BooleanField()
    org = models.ForeignKey(Org, null=True, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Org, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=32, choices=PersonnelCategory.choices)
    org_code = models.CharField(max_length=12)
    authority_code = models.CharField(max_length=12)
    authority_level = models.CharField(max_length=12, choices=DivisionLevel.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cell", "rank"], name="reports_cell_post_once")]
        indexes = [
            # The cells of a place.
            models.Index(fields=["org_code"], name="reports_cell_place"),
            # The wide cells of a prefecture or a province.
            models.Index(fields=["org_code"], condition=models.Q(org=None), name="reports_wide_cell_place"),
        ]

    def __str__(self) -> str:
        return f"{self.cell_id}/{self.rank}"


class Amounts(models.Model):
    """Differences or sums of figures; hours in hundredths, so that adding is exact on every database.

    No database looks up the cell of each of the millions of rows: whoever adds them has just read it.
    """

    people = models.IntegerField(default=0)
    asked = models.IntegerField(default=0)
    met = models.IntegerField(default=0)
    on_course = models.IntegerField(default=0)
    short = models.IntegerField(default=0)
    online_hundredths = models.BigIntegerField(default=0)
    centralized_hundredths = models.BigIntegerField(default=0)
    lessons_completed = models.IntegerField(default=0)
    courses_completed = models.IntegerField(default=0)

    class Meta:
        abstract = True


class DayTally(Amounts):
    """By how much the figures of a cell in a year changed on a day; days to come are here already."""

    RETENTION = CACHE

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="days", db_index=False, db_constraint=False)
    year = models.PositiveSmallIntegerField()
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cell", "year", "day"], name="reports_day_tally_once")]
        indexes = [
            # The days of one month, for a whole province.
            models.Index(fields=["year", "day"], name="reports_day_tally_day"),
        ]

    def __str__(self) -> str:
        return f"{self.cell_id} {self.year} {self.day}"


class MonthTally(Amounts):
    """The same over a month, named by its first day."""

    RETENTION = CACHE

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="months", db_index=False, db_constraint=False)
    year = models.PositiveSmallIntegerField()
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cell", "year", "day"], name="reports_month_tally_once")]

    def __str__(self) -> str:
        return f"{self.cell_id} {self.year} {self.day:%Y-%m}"


class TodayTally(Amounts):
    """All changes up to and including the day of the FoldState: how a cell stands."""

    RETENTION = CACHE

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="todays", db_index=False, db_constraint=False)
    year = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cell", "year"], name="reports_today_tally_once")]

    def __str__(self) -> str:
        return f"{self.cell_id} {self.year}"


class UnitTally(models.Model):
    """How many people have not met it today, once for each post at the unit, whoever sees them and counts them where.

    Never less than an officer sees there: whoever looks for the units with the most begins here.
    """

    RETENTION = CACHE

    org = models.ForeignKey(Org, on_delete=models.CASCADE, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    short = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "year"], name="reports_unit_tally_once")]
        indexes = [
            # The units with the most.
            models.Index(fields=["year", "-short"], name="reports_unit_tally_most"),
        ]

    def __str__(self) -> str:
        return f"{self.org_id} {self.year}"


class Share(models.Model):
    """What one person is in the sums at this moment: what is taken out before she is counted again.

    `lines` are lists of cell, year, day (as its ordinal) and the nine amounts. Held by an opaque number and not by a
    key: the row goes when the person does.
    """

    RETENTION = CACHE

    person_id = models.BigIntegerField(primary_key=True)
    lines = models.JSONField()

    def __str__(self) -> str:
        return str(self.person_id)


class Touched(models.Model):
    """Something happened to a person, a place or the requirements, and is not counted yet.

    Written by triggers of the database in the transaction of the fact itself (`touching`), deleted by `folding`.
    """

    RETENTION = Retention("counting anew", until="it is counted", basis="statutory_duty")

    kind = models.CharField(max_length=8, choices=TouchedKind.choices)
    ref = models.BigIntegerField(help_text="key of the person or place; 0 for everybody")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class FoldState(models.Model):
    """How far counting has come; one row, locked by whoever folds.

    `swept` is the key of the last person of a count of everybody that is going on, `sweep_since` when it was asked for.
    """

    RETENTION = CACHE

    day = models.DateField(help_text="the day that the TodayTally rows are of")
    places_since = models.DateField(help_text="the day from which on the codes of CellPost hold")
    first_year = models.PositiveSmallIntegerField()
    last_year = models.PositiveSmallIntegerField()
    swept = models.BigIntegerField(null=True)
    sweep_since = models.DateTimeField(null=True)
    is_built = models.BooleanField(default=False, help_text="everybody has been counted once")
    folded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}"
