import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("reports", "0001_saved_views"),
        ("reports", "0002_roll_ups"),
        ("reports", "0003_wide_cells"),
    ]

    initial = True

    dependencies = [
        ("people", "0001_squashed_0007_saving_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name of the view")),
                (
                    "page",
                    models.CharField(
                        choices=[("overview", "Overview"), ("people", "Cadres")], max_length=12, verbose_name="page"
                    ),
                ),
                (
                    "query",
                    models.CharField(
                        blank=True,
                        help_text="as in an address, without the “?”",
                        max_length=300,
                        verbose_name="filters",
                    ),
                ),
                ("saved_at", models.DateTimeField(verbose_name="saved at")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved view",
                "verbose_name_plural": "saved views",
                "ordering": ("name", "pk"),
                "constraints": [models.UniqueConstraint(fields=("person", "name"), name="reports_view_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="org (wide: code):authority:category of each post, longest first",
                        max_length=500,
                        unique=True,
                    ),
                ),
                (
                    "wide",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="reports.cell"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FoldState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="the day that the TodayTally rows are of")),
                ("places_since", models.DateField(help_text="the day from which on the codes of CellPost hold")),
                ("first_year", models.PositiveSmallIntegerField()),
                ("last_year", models.PositiveSmallIntegerField()),
                ("swept", models.BigIntegerField(null=True)),
                ("sweep_since", models.DateTimeField(null=True)),
                ("is_built", models.BooleanField(default=False, help_text="everybody has been counted once")),
                ("folded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("person_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("lines", models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name="Touched",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("person", "Person"), ("place", "Place"), ("all", "All")], max_length=8),
                ),
                ("ref", models.BigIntegerField(help_text="key of the person or place; 0 for everybody")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CellPost",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField(help_text="0 for the post held longest")),
                ("is_only", models.BooleanField()),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("village_cadre", "Village cadre"),
                            ("township_cadre", "Township cadre"),
                            ("grid_worker", "Grid worker"),
                            ("grid_leader", "Grid leader"),
                            ("civil_servant", "Civil servant"),
                            ("civil_servant_by_reference", "Staff managed by reference to the Civil Servant Law"),
                            ("public_institution_staff", "Public institution staff"),
                            ("resident_first_secretary", "Resident first secretary"),
                        ],
                        max_length=32,
                    ),
                ),
                ("org_code", models.CharField(max_length=12)),
                ("authority_code", models.CharField(max_length=12)),
                (
                    "authority_level",
                    models.CharField(
                        choices=[
                            ("province", "Province"),
                            ("prefecture", "Prefecture"),
                            ("county", "County"),
                            ("township", "Township"),
                            ("village", "Village"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.org"),
                ),
                (
                    "cell",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="posts", to="reports.cell"
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.org"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["org_code"], name="reports_cell_place"),
                    models.Index(
                        condition=models.Q(("org", None)), fields=["org_code"], name="reports_wide_cell_place"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("cell", "rank"), name="reports_cell_post_once")],
            },
        ),
        migrations.CreateModel(
            name="DayTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("people", models.IntegerField(default=0)),
                ("asked", models.IntegerField(default=0)),
                ("met", models.IntegerField(default=0)),
                ("on_course", models.IntegerField(default=0)),
                ("short", models.IntegerField(default=0)),
                ("online_hundredths", models.BigIntegerField(default=0)),
                ("centralized_hundredths", models.BigIntegerField(default=0)),
                ("lessons_completed", models.IntegerField(default=0)),
                ("courses_completed", models.IntegerField(default=0)),
                ("year", models.PositiveSmallIntegerField()),
                ("day", models.DateField()),
                (
                    "cell",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="days",
                        to="reports.cell",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["year", "day"], name="reports_day_tally_day")],
                "constraints": [models.UniqueConstraint(fields=("cell", "year", "day"), name="reports_day_tally_once")],
            },
        ),
        migrations.CreateModel(
            name="MonthTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("people", models.IntegerField(default=0)),
                ("asked", models.IntegerField(default=0)),
                ("met", models.IntegerField(default=0)),
                ("on_course", models.IntegerField(default=0)),
                ("short", models.IntegerField(default=0)),
                ("online_hundredths", models.BigIntegerField(default=0)),
                ("centralized_hundredths", models.BigIntegerField(default=0)),
                ("lessons_completed", models.IntegerField(default=0)),
                ("courses_completed", models.IntegerField(default=0)),
                ("year", models.PositiveSmallIntegerField()),
                ("day", models.DateField()),
                (
                    "cell",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="months",
                        to="reports.cell",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("cell", "year", "day"), name="reports_month_tally_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TodayTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("people", models.IntegerField(default=0)),
                ("asked", models.IntegerField(default=0)),
                ("met", models.IntegerField(default=0)),
                ("on_course", models.IntegerField(default=0)),
                ("short", models.IntegerField(default=0)),
                ("online_hundredths", models.BigIntegerField(default=0)),
                ("centralized_hundredths", models.BigIntegerField(default=0)),
                ("lessons_completed", models.IntegerField(default=0)),
                ("courses_completed", models.IntegerField(default=0)),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "cell",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="todays",
                        to="reports.cell",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("cell", "year"), name="reports_today_tally_once")],
            },
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
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.org"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["year", "-short"], name="reports_unit_tally_most")],
                "constraints": [models.UniqueConstraint(fields=("org", "year"), name="reports_unit_tally_once")],
            },
        ),
    ]
