import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lms.learning.models.playing


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0008_course_knowledge_test"),
        ("learning", "0007_devices"),
        ("media", "0008_upload_replaces"),
        ("people", "0005_find_accounts_by_the_one_that_stays"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="refusedstretch",
            name="reason",
            field=models.CharField(
                choices=[
                    ("clock", "More was reported than can be watched in the time that had passed."),
                    ("taken_down", "The lesson was taken down before this part was watched."),
                    ("too_late", "The report came more than seven days after the lesson was opened or last heard of."),
                    ("package_over", "It was handed in more than seven days after the lesson was fetched."),
                    ("day_full", "Of what is watched without network, four hours count for each day."),
                    ("check", "The question in between was answered wrongly three times."),
                    ("elsewhere", "At the same time you watched something else, or were at another group viewing."),
                ],
                max_length=16,
                verbose_name="reason",
            ),
        ),
        migrations.CreateModel(
            name="GroupViewing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        default=lms.learning.models.playing.new_session_code,
                        max_length=32,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                ("lesson_key", models.UUIDField(help_text="translation_key of the lesson page", verbose_name="lesson")),
                ("decoded_seconds", models.PositiveIntegerField(verbose_name="length in seconds")),
                ("secret", models.CharField(default=lms.learning.models.playing.new_seed, max_length=32)),
                ("prepared_at", models.DateTimeField(verbose_name="prepared at")),
                ("valid_until", models.DateTimeField(verbose_name="valid until")),
                ("doors_at", models.DateTimeField(null=True, verbose_name="doors opened at")),
                ("opened_at", models.DateTimeField(null=True, verbose_name="opened at")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed at")),
                ("seconds", models.PositiveIntegerField(default=0, verbose_name="seconds shown")),
                ("is_offline", models.BooleanField(default=False, verbose_name="without network")),
                (
                    "division",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.division"
                    ),
                ),
                (
                    "helper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="group_viewings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.org"),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "video",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.video"),
                ),
            ],
            options={
                "verbose_name": "group viewing",
                "verbose_name_plural": "group viewings",
            },
        ),
        migrations.CreateModel(
            name="GroupTick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "how",
                    models.CharField(
                        choices=[("scanned", "scanned the code"), ("named", "ticked by name")],
                        max_length=8,
                        verbose_name="how",
                    ),
                ),
                ("from_second", models.PositiveIntegerField(default=0, verbose_name="from second")),
                ("ticked_at", models.DateTimeField(verbose_name="ticked at")),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="group_ticks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "viewing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ticks",
                        to="learning.groupviewing",
                    ),
                ),
            ],
            options={
                "verbose_name": "tick of a group viewing",
                "verbose_name_plural": "ticks of group viewings",
            },
        ),
        migrations.CreateModel(
            name="GroupObjection",
            fields=[
                (
                    "tick",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="objection",
                        serialize=False,
                        to="learning.grouptick",
                    ),
                ),
                ("objected_at", models.DateTimeField(verbose_name="objected at")),
                (
                    "completion",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="learning.lessoncompletion",
                    ),
                ),
            ],
            options={
                "verbose_name": "objection to a tick",
                "verbose_name_plural": "objections to ticks",
            },
        ),
        migrations.CreateModel(
            name="GroupReceipt",
            fields=[
                (
                    "tick",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="receipt",
                        serialize=False,
                        to="learning.grouptick",
                    ),
                ),
                ("counted", models.BinaryField(default=bytes)),
                ("refused", models.BinaryField(default=bytes)),
                ("paid", models.BinaryField(default=bytes)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "elsewhere",
                                "At the same time you watched something else, or were at another group viewing.",
                            ),
                            ("no_time", "More was reported than fits into the time since the screening was prepared."),
                            ("taken_down", "The lesson was taken down or changed before it could count."),
                            ("not_shown", "The film was not shown."),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("counted_at", models.DateTimeField(verbose_name="counted at")),
                (
                    "record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="group_receipts",
                        to="learning.watchrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt of a group viewing",
                "verbose_name_plural": "receipts of group viewings",
            },
        ),
        migrations.AddIndex(
            model_name="groupviewing",
            index=models.Index(fields=["helper", "-prepared_at"], name="learning_viewing_newest"),
        ),
        migrations.AddIndex(
            model_name="groupviewing",
            index=models.Index(fields=["division", "-opened_at"], name="learning_viewing_place"),
        ),
        migrations.AddConstraint(
            model_name="groupviewing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True), ("doors_at__isnull", False)),
                fields=("helper",),
                name="learning_viewing_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupviewing",
            constraint=models.CheckConstraint(
                condition=models.Q(("seconds__lte", models.F("decoded_seconds"))), name="learning_viewing_within_lesson"
            ),
        ),
        migrations.AddConstraint(
            model_name="groupviewing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True),
                    ("opened_at__isnull", True),
                    ("closed_at__gte", models.F("opened_at")),
                    _connector="OR",
                ),
                name="learning_viewing_closed_after_opened",
            ),
        ),
        migrations.AddIndex(
            model_name="grouptick",
            index=models.Index(fields=["person", "-ticked_at"], name="learning_tick_newest"),
        ),
        migrations.AddConstraint(
            model_name="grouptick",
            constraint=models.UniqueConstraint(fields=("viewing", "person"), name="learning_tick_once"),
        ),
    ]
