from datetime import date
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lms.credits.models.exempting


def complete_national_presets(apps, schema_editor):
    """Rows that were loaded before say now what the presets say: alternatives in days, the cycle, the promotion."""
    rows = apps.get_model("credits", "CreditRequirement").objects
    rows.filter(period="five_year_cycle").update(cycle_first_year=2023)
    national = rows.filter(code="cn_national_2023", category="centralized_training")
    national.filter(bound="county_level_and_above").update(
        active_from=date(2023, 1, 1),
        months=3,
        days_of_month=Decimal("21.00"),
        days_of_month_confidence="U",
        catch_up_months=12,
    )
    national.filter(bound="township_level_and_below").update(days=Decimal("12.00"), catch_up_months=12)


class Migration(migrations.Migration):
    dependencies = [
        ("credits", "0002_offline_needs_quiz"),
        ("people", "0001_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("maternity_leave", "Maternity leave"),
                            ("long_sick_leave", "Long sick leave"),
                            ("secondment", "Sent to help elsewhere"),
                            ("retirement_year", "Year of retirement"),
                            ("first_year", "Year of recruitment"),
                            ("other", "Another ground"),
                        ],
                        max_length=24,
                        verbose_name="ground",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("online_self_study", "Online self-study"),
                            ("centralized_training", "Centralised training"),
                        ],
                        max_length=24,
                        verbose_name="category",
                    ),
                ),
                (
                    "hours",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=6, null=True, verbose_name="hours less"
                    ),
                ),
                (
                    "days",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="days less"
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                (
                    "document",
                    models.FileField(
                        max_length=120, upload_to=lms.credits.models.exempting.document_path, verbose_name="document"
                    ),
                ),
                ("document_kind", models.CharField(max_length=4, verbose_name="kind of document")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for approval"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="proposed",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn at")),
                ("remark", models.TextField(blank=True, verbose_name="remark")),
            ],
            options={
                "verbose_name": "exemption",
                "verbose_name_plural": "exemptions",
                "ordering": ("-active_from", "-pk"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("online_self_study", "Online self-study"),
                            ("centralized_training", "Centralised training"),
                        ],
                        max_length=24,
                        verbose_name="category",
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("annual", "every year"), ("five_year_cycle", "every five years")],
                        max_length=16,
                        verbose_name="period",
                    ),
                ),
                ("first_year", models.PositiveSmallIntegerField(verbose_name="first year")),
                (
                    "needed_hours",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0.00"), max_digits=8, verbose_name="hours needed"
                    ),
                ),
                (
                    "needed_days",
                    models.DecimalField(decimal_places=2, max_digits=7, null=True, verbose_name="days needed"),
                ),
                (
                    "hours",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=8, verbose_name="hours"),
                ),
                (
                    "days",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=7, verbose_name="days"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("met", "Requirement met"),
                            ("on_course", "On course"),
                            ("short", "Falls short"),
                            ("exempt", "Exempt"),
                            ("no_requirement", "No requirement set"),
                        ],
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("until", models.DateField(verbose_name="to be met before")),
                ("as_of", models.DateField(verbose_name="as of")),
            ],
            options={
                "verbose_name": "standing",
                "verbose_name_plural": "standings",
                "ordering": ("person", "category", "period", "first_year"),
            },
        ),
        migrations.AlterModelOptions(
            name="creditrequirement",
            options={
                "ordering": ("code", "category", "period", "bound", "active_from"),
                "verbose_name": "credit requirement",
                "verbose_name_plural": "credit requirements",
            },
        ),
        migrations.RemoveConstraint(
            model_name="creditrequirement",
            name="credits_requirement_once",
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="authority",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_requirements",
                to="people.org",
                verbose_name="authority",
            ),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="catch_up_months",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="months to catch up after a promotion"),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="cycle_first_year",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Of any one cycle of five years, for instance 2023 for 2023 to 2027.",
                null=True,
                verbose_name="first year of a cycle",
            ),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="days",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=6,
                null=True,
                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                verbose_name="or days",
            ),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="days_of_month",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=4, null=True, verbose_name="training days in a month"
            ),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="days_of_month_confidence",
            field=models.CharField(
                blank=True,
                choices=[
                    ("A", "The clause itself was read"),
                    ("B", "Official page, or several that agree"),
                    ("C", "One weak page or an old local rule"),
                    ("U", "Not sourced"),
                ],
                max_length=1,
                verbose_name="confidence of the days in a month",
            ),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="months",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="or months"),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="part_year",
            field=models.CharField(
                choices=[
                    ("whole", "the whole amount all the same"),
                    ("by_months", "the share of the months"),
                    ("exempt", "nothing"),
                ],
                default="by_months",
                max_length=12,
                verbose_name="part of a period",
            ),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="part_year_confidence",
            field=models.CharField(
                choices=[
                    ("A", "The clause itself was read"),
                    ("B", "Official page, or several that agree"),
                    ("C", "One weak page or an old local rule"),
                    ("U", "Not sourced"),
                ],
                default="U",
                max_length=1,
                verbose_name="confidence of the part of a period",
            ),
        ),
        migrations.AddField(
            model_name="creditrequirement",
            name="region_code",
            field=models.CharField(
                blank=True,
                max_length=12,
                validators=[django.core.validators.RegexValidator("^\\d{12}$")],
                verbose_name="division code of the region",
            ),
        ),
        migrations.AlterField(
            model_name="creditrequirement",
            name="hours",
            field=models.DecimalField(
                decimal_places=2,
                max_digits=7,
                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                verbose_name="hours",
            ),
        ),
        migrations.RunPython(complete_national_presets, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="creditrequirement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("authority__isnull", True)),
                fields=("code", "region_code", "bound", "category", "period", "active_from"),
                name="credits_requirement_region_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditrequirement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("authority__isnull", False)),
                fields=("code", "authority", "bound", "category", "period", "active_from"),
                name="credits_requirement_authority_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditrequirement",
            constraint=models.CheckConstraint(
                condition=models.Q(("region_code", ""), ("authority__isnull", True), _connector="OR"),
                name="credits_requirement_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditrequirement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cycle_first_year__isnull", False), ("period", "five_year_cycle")),
                    models.Q(("cycle_first_year__isnull", True), ("period", "annual")),
                    _connector="OR",
                ),
                name="credits_requirement_cycle",
            ),
        ),
        migrations.AddConstraint(
            model_name="creditrequirement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("days_of_month__isnull", True), ("months__isnull", True)),
                    models.Q(("days__isnull", True), ("days_of_month__gt", Decimal("0")), ("months__isnull", False)),
                    _connector="OR",
                ),
                name="credits_requirement_one_alternative",
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="authority",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exemptions_to_approve",
                to="people.org",
                verbose_name="authority",
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exemptions",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="withdrawn by",
            ),
        ),
        migrations.AddField(
            model_name="standing",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="standings", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="exemption",
            index=models.Index(fields=["authority", "state"], name="credits_exemption_waiting"),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                ),
                name="credits_exemption_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("active_to__isnull", False)), name="credits_exemption_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hours__isnull", True), ("hours__gt", 0), _connector="OR"),
                    models.Q(("days__isnull", True), ("days__gt", 0), _connector="OR"),
                ),
                name="credits_exemption_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_by", models.F("person")), _negated=True),
                    models.Q(
                        ("decided_by__isnull", True),
                        models.Q(("decided_by", models.F("person")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="credits_exemption_not_ones_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "declined"]), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("decided_by", models.F("proposed_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="credits_exemption_two_officers",
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.UniqueConstraint(
                fields=("person", "category", "period", "first_year"), name="credits_standing_once"
            ),
        ),
    ]
