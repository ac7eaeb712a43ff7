import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lms.learning.models.playing
import lms.learning.models.quizzes


class Migration(migrations.Migration):
    replaces = [
        ("learning", "0001_learning"),
        ("learning", "0002_offline_packages"),
        ("learning", "0003_presence_checks"),
        ("learning", "0004_appeals"),
        ("learning", "0005_quiz_sittings"),
        ("learning", "0006_offline_attempts_practice_and_knowledge"),
        ("learning", "0007_devices"),
        ("learning", "0008_group_viewing"),
        ("learning", "0009_withdrawn_objections"),
    ]

    initial = True

    dependencies = [
        ("courses", "0001_squashed_0010_course_level"),
        ("media", "0001_squashed_0010_smaller_posters"),
        ("people", "0001_squashed_0007_saving_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="StudyClock",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="study_clock",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("paid", models.BinaryField(default=bytes, help_text="see domain.evidence.PaidTime")),
                ("busy_until", models.DateTimeField(null=True)),
                ("seed", models.CharField(default=lms.learning.models.playing.new_seed, max_length=32)),
                ("offline_days", models.JSONField(default=dict)),
                ("checks_answered", models.PositiveIntegerField(default=0)),
                ("unchecked_seconds", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "study clock",
                "verbose_name_plural": "study clocks",
            },
        ),
        migrations.CreateModel(
            name="WatchRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lesson_key", models.UUIDField(help_text="translation_key of the lesson page", verbose_name="lesson")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="round")),
                ("decoded_seconds", models.PositiveIntegerField(verbose_name="length in seconds")),
                ("online", models.BinaryField(default=bytes)),
                ("offline", models.BinaryField(default=bytes)),
                ("group", models.BinaryField(default=bytes)),
                ("covered_seconds", models.PositiveIntegerField(default=0, verbose_name="seconds watched")),
                ("resume_point", models.PositiveIntegerField(default=0, verbose_name="resume point")),
                ("last_watched_at", models.DateTimeField(verbose_name="last watched")),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="watch_records",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "video",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.video"),
                ),
                ("settled", models.BinaryField(default=bytes)),
            ],
            options={
                "verbose_name": "watch record",
                "verbose_name_plural": "watch records",
                "indexes": [models.Index(fields=["person", "-last_watched_at"], name="learning_record_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "lesson_key", "video", "round"), name="learning_record_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("covered_seconds__lte", models.F("decoded_seconds")),
                            ("resume_point__lte", models.F("decoded_seconds")),
                        ),
                        name="learning_record_within_lesson",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedStretch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lesson_key", models.UUIDField(help_text="translation_key of the lesson page", verbose_name="lesson")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("clock", "More was reported than can be watched in the time that had passed."),
                            ("taken_down", "The lesson was taken down before this part was watched."),
                            (
                                "too_late",
                                "The report came more than seven days after the lesson was opened or last heard of.",
                            ),
                            ("package_over", "It was handed in more than seven days after the lesson was fetched."),
                            ("day_full", "Of what is watched without network, four hours count for each day."),
                            ("check", "The question in between was answered wrongly three times."),
                            (
                                "elsewhere",
                                "At the same time you watched something else, or were at another group viewing.",
                            ),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("day", models.DateField(help_text="in Beijing", verbose_name="day")),
                ("stretches", models.BinaryField(default=bytes)),
                ("last_at", models.DateTimeField(verbose_name="last reported at")),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refused_stretches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refused_stretches",
                        to="learning.watchrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "refused stretch",
                "verbose_name_plural": "refused stretches",
                "indexes": [models.Index(fields=["person", "-day"], name="learning_refused_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "lesson_key", "reason", "day"), name="learning_refused_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaySession",
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
                ("needed_seconds", models.PositiveIntegerField(null=True)),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                (
                    "outline_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.outlineversion"
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="play_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "video",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.video"),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sessions", to="learning.watchrecord"
                    ),
                ),
                ("has_checks", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "play session",
                "verbose_name_plural": "play sessions",
                "indexes": [models.Index(fields=["person", "-opened_at"], name="learning_session_newest")],
            },
        ),
        migrations.CreateModel(
            name="CourseCompletion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("course_key", models.UUIDField(verbose_name="course")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="round")),
                ("completed_at", models.DateTimeField(verbose_name="completed at")),
                ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                (
                    "outline_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.outlineversion"
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.coursepage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="course_completions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "course completion",
                "verbose_name_plural": "course completions",
                "indexes": [models.Index(fields=["completed_at"], name="learning_course_completed")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "course_key", "round"), name="learning_course_complete_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CourseEnrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("course_key", models.UUIDField(help_text="translation_key of the course page", verbose_name="course")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="round")),
                ("enrolled_at", models.DateTimeField(verbose_name="enrolled at")),
                (
                    "outline_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.outlineversion"
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.coursepage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "course enrolment",
                "verbose_name_plural": "course enrolments",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "course_key", "round"), name="learning_enrolment_once"),
                    models.CheckConstraint(
                        condition=models.Q(("round__gte", 1)), name="learning_enrolment_round_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LessonCompletion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lesson_key", models.UUIDField(verbose_name="lesson")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="round")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("coverage", "watch enough of the recording"),
                            ("quiz", "pass the quiz"),
                            ("reading", "read it to the end"),
                            ("offline", "take part in person"),
                        ],
                        max_length=12,
                        verbose_name="rule",
                    ),
                ),
                ("completed_at", models.DateTimeField(verbose_name="completed at")),
                ("decoded_seconds", models.PositiveIntegerField(null=True, verbose_name="length in seconds")),
                ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                (
                    "outline_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.outlineversion"
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lesson_completions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "lesson completion",
                "verbose_name_plural": "lesson completions",
                "indexes": [models.Index(fields=["completed_at"], name="learning_lesson_completed")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "lesson_key", "round"), name="learning_lesson_complete_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuizAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lesson_key", models.UUIDField(help_text="translation_key of the lesson page", verbose_name="lesson")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="round")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("answers", models.JSONField(default=list, verbose_name="answers")),
                ("right_count", models.PositiveSmallIntegerField(verbose_name="right answers")),
                ("question_count", models.PositiveSmallIntegerField(verbose_name="questions")),
                ("pass_mark", models.PositiveSmallIntegerField(verbose_name="pass mark in percent")),
                ("passed", models.BooleanField(verbose_name="passed")),
                ("submitted_at", models.DateTimeField(verbose_name="handed in at")),
                (
                    "outline_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.outlineversion"
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quiz_attempts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.questionset"
                    ),
                ),
                ("answered_offline", models.BooleanField(default=False, verbose_name="answered without network")),
                (
                    "noted_at",
                    models.DateTimeField(
                        help_text="Kept to be read; nothing is decided by it.",
                        null=True,
                        verbose_name="when by the phone's clock",
                    ),
                ),
            ],
            options={
                "verbose_name": "quiz attempt",
                "verbose_name_plural": "quiz attempts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "lesson_key", "round", "number"), name="learning_attempt_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("right_count__lte", models.F("question_count")), ("question_count__gte", 1)
                        ),
                        name="learning_attempt_marked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("noted_at__isnull", True), ("answered_offline", True), _connector="OR"),
                        name="learning_attempt_noted_offline",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("body", models.JSONField(default=dict)),
                (
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="learning.playsession",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "constraints": [
                    models.UniqueConstraint(fields=("session", "number"), name="learning_receipt_number_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OfflinePackage",
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
                ("needed_seconds", models.PositiveIntegerField(null=True)),
                ("issued_at", models.DateTimeField(verbose_name="fetched at")),
                ("valid_until", models.DateTimeField(verbose_name="valid until")),
                (
                    "outline_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.outlineversion"
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offline_packages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="packages", to="learning.watchrecord"
                    ),
                ),
                (
                    "video",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="media.video"),
                ),
            ],
            options={
                "verbose_name": "offline package",
                "verbose_name_plural": "offline packages",
                "indexes": [models.Index(fields=["person", "-issued_at"], name="learning_package_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("issued_at"))), name="learning_package_period"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PackageReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("body", models.JSONField(default=dict)),
                (
                    "package",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="learning.offlinepackage",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt of a package",
                "verbose_name_plural": "receipts of packages",
                "constraints": [
                    models.UniqueConstraint(fields=("package", "number"), name="learning_package_receipt_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PresenceCheck",
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
                (
                    "after_seconds",
                    models.PositiveIntegerField(verbose_name="seconds counted since the last one answered"),
                ),
                ("opened_at", models.DateTimeField(verbose_name="fell due at")),
                ("answerable_from", models.DateTimeField(verbose_name="can be answered from")),
                ("asked", models.JSONField(default=list, verbose_name="questions and answers")),
                ("right_count", models.PositiveSmallIntegerField(default=0, verbose_name="right answers")),
                ("wrong_count", models.PositiveSmallIntegerField(default=0, verbose_name="wrong answers")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "waiting for an answer"),
                            ("passed", "answered"),
                            ("failed", "answered wrongly three times"),
                            ("waived", "there was nothing left to ask"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True, verbose_name="concluded at")),
                (
                    "page",
                    models.ForeignKey(
                        help_text="whose questions",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.lessonpage",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presence_checks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presence_checks",
                        to="learning.playsession",
                    ),
                ),
            ],
            options={
                "verbose_name": "presence check",
                "verbose_name_plural": "presence checks",
                "indexes": [models.Index(fields=["person", "-opened_at"], name="learning_check_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "open")), fields=("person",), name="learning_check_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("outcome", "open")),
                            models.Q(models.Q(("outcome", "open"), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="learning_check_open_until_answered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitingStretch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stretches", models.BinaryField(default=bytes)),
                ("last_at", models.DateTimeField(verbose_name="last reported at")),
                (
                    "presence_check",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting",
                        to="learning.presencecheck",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting_stretches",
                        to="learning.watchrecord",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="learning.playsession"
                    ),
                ),
            ],
            options={
                "verbose_name": "waiting stretch",
                "verbose_name_plural": "waiting stretches",
                "constraints": [
                    models.UniqueConstraint(fields=("presence_check", "record"), name="learning_waiting_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(default=1, verbose_name="number")),
                ("stretches", models.BinaryField(default=bytes)),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="in her own words")),
                ("appealed_at", models.DateTimeField(verbose_name="appealed at")),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "refused",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="learning.refusedstretch",
                    ),
                ),
            ],
            options={
                "verbose_name": "appeal",
                "verbose_name_plural": "appeals",
                "indexes": [
                    models.Index(fields=["person", "-appealed_at"], name="learning_appeal_newest"),
                    models.Index(fields=["appealed_at"], name="learning_appeal_oldest"),
                ],
                "constraints": [models.UniqueConstraint(fields=("refused", "number"), name="learning_appeal_once")],
            },
        ),
        migrations.CreateModel(
            name="LessonProblem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=300, verbose_name="what is wrong")),
                ("reported_at", models.DateTimeField(verbose_name="reported at")),
                ("reply", models.CharField(blank=True, max_length=300, verbose_name="answer to the learner")),
                ("replied_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                (
                    "page",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.lessonpage",
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mistake in a lesson",
                "verbose_name_plural": "mistakes in lessons",
                "indexes": [
                    models.Index(fields=["page", "reported_at"], name="learning_problem_of_lesson"),
                    models.Index(fields=["reported_by", "-replied_at"], name="learning_problem_answered"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("granted", "It counts now."), ("declined", "It stays as it was.")],
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("granted", models.BinaryField(default=bytes)),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("settled_at", models.DateTimeField(verbose_name="settled at")),
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlement", to="learning.appeal"
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="learning.watchrecord",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "settlement",
                "verbose_name_plural": "settlements",
                "indexes": [models.Index(fields=["-settled_at"], name="learning_settlement_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="learning_settlement_says_why"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UnderstandingVote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lesson_key", models.UUIDField(help_text="translation_key of the lesson page", verbose_name="lesson")),
                ("understood", models.BooleanField(verbose_name="understood")),
                ("voted_at", models.DateTimeField(verbose_name="voted at")),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="understanding_votes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "vote on understanding",
                "verbose_name_plural": "votes on understanding",
                "constraints": [models.UniqueConstraint(fields=("person", "lesson_key"), name="learning_vote_once")],
            },
        ),
        migrations.CreateModel(
            name="SelfAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "phase",
                    models.CharField(
                        choices=[("pre_test", "before"), ("post_test", "after")],
                        max_length=12,
                        verbose_name="before or after",
                    ),
                ),
                ("answers", models.JSONField(default=dict, verbose_name="answers")),
                ("percents", models.JSONField(default=dict, verbose_name="percent by dimension")),
                ("taken_at", models.DateTimeField(verbose_name="taken at")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="self_assessments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "self-assessment",
                "verbose_name_plural": "self-assessments",
            },
        ),
        migrations.CreateModel(
            name="QuizSitting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(default=lms.learning.models.quizzes.new_sitting_code, max_length=24, unique=True),
                ),
                ("lesson_key", models.UUIDField(verbose_name="lesson")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="round")),
                ("paper", models.JSONField(default=list)),
                ("given", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="closed at")),
                (
                    "attempt",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sitting",
                        to="learning.quizattempt",
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quiz_sittings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.questionset"
                    ),
                ),
            ],
            options={
                "verbose_name": "quiz sitting",
                "verbose_name_plural": "quiz sittings",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("person", "lesson_key", "round"),
                        name="learning_one_open_sitting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("attempt__isnull", True), ("closed_at__isnull", False), _connector="OR"),
                        name="learning_sitting_closed_by_attempt",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="KnowledgeTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(default=lms.learning.models.quizzes.new_sitting_code, max_length=24, unique=True),
                ),
                ("course_key", models.UUIDField(verbose_name="course")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="round")),
                (
                    "phase",
                    models.CharField(
                        choices=[("pre_test", "before"), ("post_test", "after")],
                        max_length=12,
                        verbose_name="before or after",
                    ),
                ),
                ("paper", models.JSONField(default=list)),
                ("given", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(verbose_name="opened at")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="taken at")),
                ("right_count", models.PositiveSmallIntegerField(default=0, verbose_name="right answers")),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.coursepage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="knowledge_tests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.questionset"
                    ),
                ),
            ],
            options={
                "verbose_name": "test of knowledge",
                "verbose_name_plural": "tests of knowledge",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "course_key", "round", "phase"), name="learning_knowledge_test_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VideoAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_right", models.BooleanField(verbose_name="right")),
                ("answered_at", models.DateTimeField(verbose_name="answered at")),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="courses.lessonpage"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="courses.question"
                    ),
                ),
            ],
            options={
                "verbose_name": "answer in a video",
                "verbose_name_plural": "answers in a video",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "page", "question"), name="learning_video_answer_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceSighting",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="device_sighting",
                        serialize=False,
                        to="learning.playsession",
                    ),
                ),
                ("device", models.CharField(max_length=32, verbose_name="device")),
                ("seen_at", models.DateTimeField(verbose_name="opened at")),
            ],
            options={
                "verbose_name": "sighting of a device",
                "verbose_name_plural": "sightings of devices",
                "indexes": [
                    models.Index(fields=["device", "-seen_at"], name="learning_sighting_device"),
                    models.Index(fields=["seen_at"], name="learning_sighting_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device", models.CharField(max_length=32, verbose_name="device")),
                ("people", models.JSONField(default=list, verbose_name="people")),
                ("is_overlapping", models.BooleanField(default=False, verbose_name="at the same time")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("noted_at", models.DateTimeField(verbose_name="noted at")),
                (
                    "noted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "note on a device",
                "verbose_name_plural": "notes on devices",
                "indexes": [models.Index(fields=["device", "-noted_at"], name="learning_device_note")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="learning_device_note_says_why"
                    )
                ],
            },
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
                "indexes": [
                    models.Index(fields=["helper", "-prepared_at"], name="learning_viewing_newest"),
                    models.Index(fields=["division", "-opened_at"], name="learning_viewing_place"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seconds__lte", models.F("decoded_seconds"))),
                        name="learning_viewing_within_lesson",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            ("opened_at__isnull", True),
                            ("closed_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="learning_viewing_closed_after_opened",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True), ("doors_at__isnull", False), ("is_offline", False)
                        ),
                        fields=("helper",),
                        name="learning_viewing_one_at_a_time",
                    ),
                ],
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
                "indexes": [models.Index(fields=["person", "-ticked_at"], name="learning_tick_newest")],
                "constraints": [models.UniqueConstraint(fields=("viewing", "person"), name="learning_tick_once")],
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
        migrations.CreateModel(
            name="GroupWithdrawal",
            fields=[
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
                (
                    "objection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="withdrawal",
                        serialize=False,
                        to="learning.groupobjection",
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(verbose_name="withdrawn at")),
                (
                    "record",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="learning.watchrecord",
                    ),
                ),
            ],
            options={
                "verbose_name": "withdrawal of an objection",
                "verbose_name_plural": "withdrawals of objections",
            },
        ),
    ]
