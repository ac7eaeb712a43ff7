from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lms.credits.models.attestations
import lms.credits.models.exempting
import lms.credits.models.imports
import lms.credits.validators


class Migration(migrations.Migration):
    replaces = [
        ("credits", "0001_credit_ledger"),
        ("credits", "0002_offline_needs_quiz"),
        ("credits", "0003_requirements"),
        ("credits", "0004_rules"),
        ("credits", "0005_hours_from_elsewhere"),
        ("credits", "0006_seal_counts"),
        ("credits", "0007_year_closing"),
        ("credits", "0008_attestations"),
        ("credits", "0009_reassessment"),
        ("credits", "0010_no_late_kind"),
    ]

    initial = True

    dependencies = [
        ("approvals", "0001_approvals"),
        ("courses", "0001_squashed_0010_course_level"),
        ("people", "0001_squashed_0007_saving_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditChain",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="credit_chain",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("seq", models.PositiveIntegerField(default=0)),
                (
                    "hash",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000", max_length=64
                    ),
                ),
            ],
            options={
                "verbose_name": "head of a credit chain",
                "verbose_name_plural": "heads of credit chains",
            },
        ),
        migrations.CreateModel(
            name="DailySeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("sealed_at", models.DateTimeField(verbose_name="sealed at")),
                ("heads", models.PositiveIntegerField(verbose_name="number of chains")),
                ("root", models.CharField(max_length=64, verbose_name="root")),
                (
                    "prev_signature",
                    models.CharField(blank=True, max_length=128, verbose_name="signature of the seal before"),
                ),
                ("public_key", models.CharField(max_length=64, verbose_name="public key")),
                ("signature", models.CharField(max_length=128, verbose_name="signature")),
                ("audit_hash", models.CharField(blank=True, max_length=64, verbose_name="its hash")),
                ("audit_seq", models.PositiveBigIntegerField(null=True, verbose_name="last number of the audit log")),
                ("entries", models.PositiveBigIntegerField(null=True, verbose_name="number of entries")),
            ],
            options={
                "verbose_name": "daily seal",
                "verbose_name_plural": "daily seals",
                "ordering": ("day",),
            },
        ),
        migrations.CreateModel(
            name="CreditRequirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                (
                    "bound",
                    models.CharField(
                        choices=[
                            ("county_level_and_above", "County-division level and above"),
                            ("township_level_and_below", "Township-section level and below"),
                            ("all_cadres", "All cadres"),
                            ("village_cadres", "Village cadres"),
                        ],
                        max_length=32,
                        verbose_name="binds",
                    ),
                ),
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
                (
                    "hours",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=7,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="hours",
                    ),
                ),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                ("source", models.TextField(verbose_name="source")),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("A", "The clause itself was read"),
                            ("B", "Official page, or several that agree"),
                            ("C", "One weak page or an old local rule"),
                            ("U", "Not sourced"),
                        ],
                        max_length=1,
                        verbose_name="confidence",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_requirements",
                        to="people.org",
                        verbose_name="authority",
                    ),
                ),
                (
                    "catch_up_months",
                    models.PositiveSmallIntegerField(default=0, verbose_name="months to catch up after a promotion"),
                ),
                (
                    "cycle_first_year",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Of any one cycle of five years, for instance 2023 for 2023 to 2027.",
                        null=True,
                        verbose_name="first year of a cycle",
                    ),
                ),
                (
                    "days",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=6,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="or days",
                    ),
                ),
                (
                    "days_of_month",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=4, null=True, verbose_name="training days in a month"
                    ),
                ),
                (
                    "days_of_month_confidence",
                    models.CharField(
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
                ("months", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="or months")),
                (
                    "part_year",
                    models.CharField(
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
                (
                    "part_year_confidence",
                    models.CharField(
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
                (
                    "region_code",
                    models.CharField(
                        blank=True,
                        max_length=12,
                        validators=[django.core.validators.RegexValidator("^\\d{12}$")],
                        verbose_name="division code of the region",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit requirement",
                "verbose_name_plural": "credit requirements",
                "ordering": ("code", "category", "period", "bound", "active_from"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gt", models.F("active_from")), _connector="OR"
                        ),
                        name="credits_requirement_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hours__gt", Decimal("0"))), name="credits_requirement_positive"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("authority__isnull", True)),
                        fields=("code", "region_code", "bound", "category", "period", "active_from"),
                        name="credits_requirement_region_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("authority__isnull", False)),
                        fields=("code", "authority", "bound", "category", "period", "active_from"),
                        name="credits_requirement_authority_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_code", ""), ("authority__isnull", True), _connector="OR"),
                        name="credits_requirement_one_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cycle_first_year__isnull", False), ("period", "five_year_cycle")),
                            models.Q(("cycle_first_year__isnull", True), ("period", "annual")),
                            _connector="OR",
                        ),
                        name="credits_requirement_cycle",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("days_of_month__isnull", True), ("months__isnull", True)),
                            models.Q(
                                ("days__isnull", True), ("days_of_month__gt", Decimal("0")), ("months__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="credits_requirement_one_alternative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "region_code",
                    models.CharField(
                        blank=True,
                        max_length=12,
                        validators=[django.core.validators.RegexValidator("^\\d{12}$")],
                        verbose_name="division code of the region",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[("lesson", "each lesson"), ("course", "the whole course")],
                        max_length=8,
                        verbose_name="unit",
                    ),
                ),
                (
                    "parameters",
                    models.JSONField(
                        validators=[lms.credits.validators.validate_parameters], verbose_name="parameters"
                    ),
                ),
                ("active_from", models.DateField(verbose_name="valid from")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="valid until (not including)")),
                ("source", models.TextField(verbose_name="source")),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("A", "The clause itself was read"),
                            ("B", "Official page, or several that agree"),
                            ("C", "One weak page or an old local rule"),
                            ("U", "Not sourced"),
                        ],
                        max_length=1,
                        verbose_name="confidence",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_rules",
                        to="people.org",
                        verbose_name="authority",
                    ),
                ),
                (
                    "offline_needs_quiz",
                    models.BooleanField(
                        default=True,
                        help_text="What was watched without network gives hours only once a quiz was passed.",
                        verbose_name="watching without network needs a quiz",
                    ),
                ),
                (
                    "based_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="credits.creditrule",
                        verbose_name="written from",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit rule",
                "verbose_name_plural": "credit rules",
                "ordering": ("code", "active_from"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("authority__isnull", True)),
                        fields=("code", "region_code", "active_from"),
                        name="credits_rule_region_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("authority__isnull", False)),
                        fields=("code", "authority", "active_from"),
                        name="credits_rule_authority_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gt", models.F("active_from")), _connector="OR"
                        ),
                        name="credits_rule_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("region_code", ""), ("authority__isnull", True), _connector="OR"),
                        name="credits_rule_region_or_authority",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditLedgerEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("earned", "Earned"),
                            ("opening_balance", "Opening balance"),
                            ("external", "Imported from outside"),
                            ("claimed", "Claimed"),
                            ("reversal", "Reversal"),
                            ("correction", "Correction"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "source_kind",
                    models.CharField(
                        choices=[
                            ("lesson_completion", "Completed lesson"),
                            ("course_completion", "Completed course"),
                            ("imported_hours", "Row of an import"),
                            ("credit_claim", "Credit claim"),
                            ("reversed_entry", "Entry that was reversed"),
                            ("corrected_entry", "Entry that was corrected"),
                        ],
                        max_length=24,
                        verbose_name="kind of cause",
                    ),
                ),
                ("source_id", models.PositiveBigIntegerField(verbose_name="cause")),
                (
                    "component",
                    models.CharField(
                        choices=[("base", "Length of study"), ("test_bonus", "Passed test")],
                        max_length=16,
                        verbose_name="component",
                    ),
                ),
                ("achievement_key", models.CharField(max_length=64, verbose_name="achievement")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="round")),
                ("counts", models.BooleanField(verbose_name="counts")),
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
                ("hours", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="hours")),
                (
                    "days",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=5, verbose_name="days"),
                ),
                ("day", models.DateField(verbose_name="day in Beijing")),
                ("registered_at", models.DateTimeField(verbose_name="registered at")),
                ("evidence", models.JSONField(verbose_name="evidence")),
                ("why", models.JSONField(verbose_name="why")),
                ("prev_hash", models.CharField(max_length=64, verbose_name="hash of the entry before")),
                ("hash", models.CharField(max_length=64, verbose_name="hash")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "freed_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="frees",
                        to="credits.creditledgerentry",
                        verbose_name="freed by",
                    ),
                ),
                (
                    "outline_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_entries",
                        to="courses.outlineversion",
                        verbose_name="outline version",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_entries",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="credits.creditledgerentry",
                        verbose_name="reverses",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="credits.creditrule",
                        verbose_name="credit rule",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit ledger entry",
                "verbose_name_plural": "credit ledger entries",
                "ordering": ("person", "seq"),
                "indexes": [
                    models.Index(fields=["person", "day"], name="credits_entry_person_day"),
                    models.Index(fields=["registered_at"], name="credits_entry_registered"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "seq"), name="credits_entry_chain"),
                    models.UniqueConstraint(
                        fields=("source_kind", "source_id", "component"), name="credits_entry_cause"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("counts", True), ("freed_by__isnull", True)),
                        fields=("person", "achievement_key", "component", "round"),
                        name="credits_entry_achievement_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("counts", True), ("hours__gte", 0)),
                            models.Q(("counts", False), ("days", 0), ("hours", 0)),
                            ("kind", "reversal"),
                            _connector="OR",
                        ),
                        name="credits_entry_hours_if_counts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("counts", False),
                                ("days__lte", 0),
                                ("hours__lte", 0),
                                ("kind", "reversal"),
                                ("reverses__isnull", False),
                            ),
                            models.Q(
                                models.Q(("kind", "reversal"), _negated=True),
                                ("days__gte", 0),
                                ("hours__gte", 0),
                                ("reverses__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="credits_entry_reversal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("outline_version__isnull", False),
                                ("rule__isnull", False),
                                ("source_kind__in", ("lesson_completion", "course_completion")),
                            ),
                            models.Q(
                                ("outline_version__isnull", True),
                                ("source_kind__in", ("imported_hours", "credit_claim")),
                            ),
                            models.Q(
                                (
                                    "source_kind__in",
                                    ["lesson_completion", "course_completion", "imported_hours", "credit_claim"],
                                ),
                                _negated=True,
                            ),
                            _connector="OR",
                        ),
                        name="credits_entry_rule_and_outline",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="YearlyHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
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
                    "hours",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=8, verbose_name="hours"),
                ),
                (
                    "days",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=7, verbose_name="days"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="yearly_hours",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "hours of a year",
                "verbose_name_plural": "hours of a year",
                "ordering": ("person", "year", "category"),
                "constraints": [
                    models.UniqueConstraint(fields=("person", "year", "category"), name="credits_yearly_hours_once")
                ],
            },
        ),
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
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exemptions_to_approve",
                        to="people.org",
                        verbose_name="authority",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exemptions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="withdrawn by",
                    ),
                ),
            ],
            options={
                "verbose_name": "exemption",
                "verbose_name_plural": "exemptions",
                "ordering": ("-active_from", "-pk"),
                "abstract": False,
                "indexes": [models.Index(fields=["authority", "state"], name="credits_exemption_waiting")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("active_to__isnull", True), ("active_to__gte", models.F("active_from")), _connector="OR"
                        ),
                        name="credits_exemption_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("active_to__isnull", False)), name="credits_exemption_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hours__isnull", True), ("hours__gt", 0), _connector="OR"),
                            models.Q(("days__isnull", True), ("days__gt", 0), _connector="OR"),
                        ),
                        name="credits_exemption_positive",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "declined"]), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="credits_exemption_two_officers",
                    ),
                ],
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
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "standing",
                "verbose_name_plural": "standings",
                "ordering": ("person", "category", "period", "first_year"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "category", "period", "first_year"), name="credits_standing_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="name of the training")),
                ("organiser", models.CharField(max_length=120, verbose_name="held by")),
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
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                ("hours", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="hours")),
                (
                    "days",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=5, verbose_name="days"),
                ),
                ("achievement_key", models.CharField(max_length=64, verbose_name="achievement")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_claims",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_claim",
                        to="approvals.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit claim",
                "verbose_name_plural": "credit claims",
                "indexes": [models.Index(fields=["person", "achievement_key"], name="credits_claim_known")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="credits_claim_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hours__gt", 0), ("days__gt", 0), _connector="OR"),
                        name="credits_claim_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name of the file")),
                (
                    "kind",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")],
                        max_length=8,
                        verbose_name="kind of file",
                    ),
                ),
                ("size_bytes", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("sha256", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("stored_as", models.CharField(max_length=120)),
                ("added_at", models.DateTimeField(verbose_name="added")),
                ("is_current", models.BooleanField(default=True, verbose_name="part of the claim")),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="credits.creditclaim"
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence file",
                "verbose_name_plural": "evidence files",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="OutsidePlatform",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        default=lms.credits.models.imports.new_platform_code,
                        max_length=16,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="name of the platform")),
            ],
            options={
                "verbose_name": "outside platform",
                "verbose_name_plural": "outside platforms",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("external", "Courses from another platform"),
                            ("opening_balance", "Opening balances by year"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("columns", models.JSONField(verbose_name="headings by column")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.org",
                        verbose_name="authority",
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="credits.outsideplatform",
                    ),
                ),
            ],
            options={
                "verbose_name": "column mapping",
                "verbose_name_plural": "column mappings",
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "platform", "kind"), name="credits_mapping_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("platform__isnull", True)),
                        fields=("authority", "kind"),
                        name="credits_mapping_without_platform",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("external", "Courses from another platform"),
                            ("opening_balance", "Opening balances by year"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
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
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Waiting for confirmation"),
                            ("confirmed", "Being registered"),
                            ("registered", "On the records"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                            ("discarded", "Discarded"),
                        ],
                        default="received",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("file_name", models.CharField(max_length=120, verbose_name="name of the file")),
                ("sha256", models.CharField(max_length=64, verbose_name="fingerprint of the file")),
                ("size_bytes", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("stored_as", models.CharField(blank=True, max_length=120)),
                ("sheet", models.CharField(blank=True, max_length=60, verbose_name="sheet")),
                ("columns", models.JSONField(default=dict, verbose_name="headings by column")),
                ("rows_new", models.PositiveIntegerField(default=0, verbose_name="new rows")),
                ("rows_changed", models.PositiveIntegerField(default=0, verbose_name="changed rows")),
                ("rows_known", models.PositiveIntegerField(default=0, verbose_name="rows already there")),
                ("rows_refused", models.PositiveIntegerField(default=0, verbose_name="refused rows")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed at")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone at")),
                ("undo_reason", models.CharField(blank=True, max_length=300, verbose_name="reason for undoing")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to="people.org",
                        verbose_name="authority",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="received by",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="credits.outsideplatform",
                        verbose_name="platform",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of hours",
                "verbose_name_plural": "imports of hours",
                "ordering": ("-received_at", "-pk"),
                "indexes": [models.Index(fields=["authority", "-received_at"], name="credits_import_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "external"), ("platform__isnull", False)),
                            models.Q(("kind", "opening_balance"), ("platform__isnull", True)),
                            _connector="OR",
                        ),
                        name="credits_import_platform",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_by__isnull", True), ("state__in", ["received", "discarded"])),
                            models.Q(
                                models.Q(("state__in", ["received", "discarded"]), _negated=True),
                                ("confirmed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="credits_import_confirmed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row_number", models.PositiveIntegerField(verbose_name="row in the file")),
                ("achievement_key", models.CharField(max_length=64, verbose_name="achievement")),
                ("course_number", models.CharField(blank=True, max_length=100, verbose_name="course number")),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                ("day", models.DateField(verbose_name="day")),
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
                ("hours", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="hours")),
                (
                    "days",
                    models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=5, verbose_name="days"),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hours", to="credits.importbatch"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imported_hours",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="credits.importedhours",
                    ),
                ),
            ],
            options={
                "verbose_name": "imported hours",
                "verbose_name_plural": "imported hours",
                "ordering": ("batch", "row_number"),
                "indexes": [models.Index(fields=["person", "achievement_key"], name="credits_imported_known")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "person", "achievement_key"), name="credits_imported_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 0), ("hours__gte", 0)), name="credits_imported_not_below_0"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="YearClosing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("cutoff", models.DateField(verbose_name="last day for evidence")),
                ("opened_at", models.DateTimeField(verbose_name="begun at")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="year_closings",
                        to="people.org",
                        verbose_name="authority",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="begun by",
                    ),
                ),
            ],
            options={
                "verbose_name": "closing of a year",
                "verbose_name_plural": "closings of years",
                "ordering": ("authority", "-year"),
                "constraints": [models.UniqueConstraint(fields=("authority", "year"), name="credits_closing_once")],
            },
        ),
        migrations.CreateModel(
            name="UnitConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, verbose_name="hash of the figures")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.org",
                        verbose_name="work unit",
                    ),
                ),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="credits.yearclosing",
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation by a unit",
                "verbose_name_plural": "confirmations by units",
                "ordering": ("closing", "at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="YearSnapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="closed at")),
                ("figures", models.JSONField(verbose_name="figures")),
                ("without", models.JSONField(verbose_name="units that had not confirmed")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("public_key", models.CharField(max_length=64, verbose_name="public key")),
                ("signature", models.CharField(max_length=128, verbose_name="signature")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
                (
                    "closing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="snapshot", to="credits.yearclosing"
                    ),
                ),
            ],
            options={
                "verbose_name": "figures of a closed year",
                "verbose_name_plural": "figures of closed years",
                "ordering": ("closing",),
            },
        ),
        migrations.CreateModel(
            name="Attestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.CharField(
                        default=lms.credits.models.attestations.new_number,
                        max_length=16,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("credit_statement", "Statement of credit hours"),
                            ("course_certificate", "Certificate of a finished course"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(max_length=64, verbose_name="subject of the attestation")),
                ("says", models.JSONField(verbose_name="what it says")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("public_key", models.CharField(max_length=64, verbose_name="public key")),
                ("signature", models.CharField(max_length=128, verbose_name="signature")),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.org",
                        verbose_name="issuing organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attestations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="credits.attestation",
                        verbose_name="supersedes",
                    ),
                ),
            ],
            options={
                "verbose_name": "attestation",
                "verbose_name_plural": "attestations",
                "ordering": ("-issued_at", "-pk"),
                "indexes": [models.Index(fields=["person", "-issued_at"], name="credits_attestation_person")],
            },
        ),
        migrations.CreateModel(
            name="AttestationRevocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="revoked at")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "attestation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="revocation", to="credits.attestation"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "revocation of an attestation",
                "verbose_name_plural": "revocations of attestations",
                "ordering": ("attestation",),
            },
        ),
        migrations.CreateModel(
            name="Reassessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("total", models.PositiveIntegerField(verbose_name="people in all")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="of these done")),
                ("last_person", models.BigIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "reassessment",
                "verbose_name_plural": "reassessments",
                "ordering": ("-asked_at",),
            },
        ),
    ]
