from typing import Any

import django.db.models.deletion
from django.core.management.color import no_style
from django.db import migrations, models


def count_everybody_again(apps: Any, schema_editor: Any) -> None:
    """Cells that are there are part of no wide cell: everybody is counted anew by the next fold."""
    names = ("FoldState", "Share", "DayTally", "MonthTally", "TodayTally", "CellPost", "Cell")
    tables = [apps.get_model("reports", name)._meta.db_table for name in names]
    for statement in schema_editor.connection.ops.sql_flush(no_style(), tables):
        schema_editor.execute(statement)


def tally(name: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name=name,
        to="reports.cell",
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0005_find_accounts_by_the_one_that_stays"), ("reports", "0002_roll_ups")]

    operations = [
        migrations.RunPython(count_everybody_again, migrations.RunPython.noop),
        migrations.AddField(
            model_name="cell",
            name="wide",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="reports.cell",
            ),
        ),
        migrations.AlterField(
            model_name="cell",
            name="key",
            field=models.CharField(
                help_text="org (wide: code):authority:category of each post, longest first",
                max_length=500,
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="cellpost",
            name="org",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.org"
            ),
        ),
        migrations.AddIndex(
            model_name="cellpost",
            index=models.Index(condition=models.Q(("org", None)), fields=["org_code"], name="reports_wide_cell_place"),
        ),
        migrations.CreateModel(
            name="UnitTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("short", models.IntegerField(default=0)),
                (
                    "org",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.org",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["year", "-short"], name="reports_unit_tally_most")],
                "constraints": [models.UniqueConstraint(fields=("org", "year"), name="reports_unit_tally_once")],
            },
        ),
        migrations.AlterField(model_name="daytally", name="cell", field=tally("days")),
        migrations.AlterField(model_name="monthtally", name="cell", field=tally("months")),
        migrations.AlterField(model_name="todaytally", name="cell", field=tally("todays")),
    ]
