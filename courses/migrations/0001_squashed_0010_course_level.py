import django.core.validators
import django.db.models.deletion
import modelcluster.fields
import modelsearch.index
import wagtail.fields
from django.conf import settings
from django.db import migrations, models

import courses.models.coding
import courses.models.fields
import courses.models.links
import courses.models.questions
import courses.validators


class Migration(migrations.Migration):
    replaces = [
        ("courses", "0001_courses"),
        ("courses", "0002_takedown_names_its_recordings"),
        ("courses", "0003_notices_speak_of_review"),
        ("courses", "0004_hidden_playing"),
        ("courses", "0005_presence_questions"),
        ("courses", "0006_question_bank"),
        ("courses", "0007_video_questions"),
        ("courses", "0008_course_knowledge_test"),
        ("courses", "0009_short_links"),
        ("courses", "0010_course_level"),
    ]

    initial = True

    dependencies = [
        ("media", "0001_squashed_0010_smaller_posters"),
        ("people", "0001_squashed_0007_saving_data"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailimages", "0027_image_description"),
    ]

    operations = [
        migrations.CreateModel(
            name="CataloguePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=settings.WAGTAIL_PAGE_MODEL,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=courses.models.coding.new_page_code,
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9_-]+\\Z", "Use letters, digits, hyphens and underscores only."
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("title_en", models.CharField(blank=True, max_length=255, verbose_name="title in English")),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("digital_service", "Digital services"),
                            ("digital_governance", "Digital governance"),
                            ("digital_marketing", "Digital marketing"),
                        ],
                        max_length=24,
                        verbose_name="subject",
                    ),
                ),
                ("audience", courses.models.fields.CodesField(blank=True, default=list, verbose_name="audience")),
                (
                    "credit_for",
                    courses.models.fields.CodesField(blank=True, default=list, verbose_name="earns credit hours for"),
                ),
                (
                    "minimum_age",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="For doing it oneself; watching is open to all.",
                        null=True,
                        verbose_name="minimum age",
                    ),
                ),
                ("intro", models.TextField(blank=True, verbose_name="introduction")),
            ],
            options={
                "verbose_name": "track",
                "verbose_name_plural": "tracks",
            },
            bases=("wagtailcore.page", models.Model),
        ),
        migrations.CreateModel(
            name="HomePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=settings.WAGTAIL_PAGE_MODEL,
                    ),
                ),
                ("intro", models.CharField(blank=True, max_length=200, verbose_name="one sentence of welcome")),
            ],
            options={
                "verbose_name": "home page",
                "verbose_name_plural": "home pages",
            },
            bases=("wagtailcore.page",),
        ),
        migrations.CreateModel(
            name="ReviewTask",
            fields=[
                (
                    "task_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.task",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[("first", "First review"), ("second", "Second review"), ("final", "Final review")],
                        max_length=8,
                        unique=True,
                        verbose_name="step",
                    ),
                ),
            ],
            options={
                "verbose_name": "review step",
                "verbose_name_plural": "review steps",
            },
            bases=("wagtailcore.task",),
        ),
        migrations.CreateModel(
            name="QuestionSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "pass_mark",
                    models.PositiveSmallIntegerField(
                        default=60,
                        help_text="The share of questions that must be answered correctly.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="pass mark in percent",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="question_sets",
                        to="people.org",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "attempt_limit",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="0: as many as one likes.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="tries allowed",
                    ),
                ),
                (
                    "draw_count",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="They are drawn at random. 0: all of them.",
                        validators=[django.core.validators.MaxValueValidator(200)],
                        verbose_name="questions drawn for each try",
                    ),
                ),
                (
                    "pause_minutes",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="It doubles with each failure in a row: guessing must take longer than learning.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1440),
                        ],
                        verbose_name="pause after a failed try, in minutes",
                    ),
                ),
            ],
            options={
                "verbose_name": "quiz",
                "verbose_name_plural": "quizzes",
                "ordering": ["title", "pk"],
            },
            bases=(modelsearch.index.Indexed, models.Model),
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                ("text", models.TextField(verbose_name="question")),
                ("explanation", models.TextField(blank=True, verbose_name="explanation shown afterwards")),
                (
                    "question_set",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="questions",
                        to="courses.questionset",
                        verbose_name="quiz",
                    ),
                ),
                (
                    "accepted",
                    models.TextField(
                        blank=True,
                        help_text="Only for “short answer”: one on each line. Full and half width, capitals, spaces, punctuation, traditional and simplified characters make no difference.",
                        verbose_name="accepted answers",
                    ),
                ),
                (
                    "audio",
                    models.FileField(
                        blank=True,
                        help_text="MP3, M4A, OGG or WAV, at most 3 MB.",
                        upload_to=courses.models.questions.audio_name,
                        validators=[courses.validators.check_audio],
                        verbose_name="sound",
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="wagtailimages.image",
                        verbose_name="picture",
                    ),
                ),
                (
                    "image_alt",
                    models.CharField(
                        blank=True,
                        help_text="For whoever cannot see it. Do not give the answer away.",
                        max_length=200,
                        verbose_name="the picture in words",
                    ),
                ),
                (
                    "is_true",
                    models.BooleanField(
                        blank=True,
                        help_text="Only for “right or wrong”: the question is a statement.",
                        null=True,
                        verbose_name="the statement is right",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("single", "one right answer"),
                            ("multiple", "several right answers"),
                            ("true_false", "right or wrong"),
                            ("short", "short answer"),
                            ("order", "put in order"),
                            ("match", "match pairs"),
                        ],
                        default="single",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CoursePage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=settings.WAGTAIL_PAGE_MODEL,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=courses.models.coding.new_page_code,
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9_-]+\\Z", "Use letters, digits, hyphens and underscores only."
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("title_en", models.CharField(blank=True, max_length=255, verbose_name="title in English")),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("digital_service", "Digital services"),
                            ("digital_governance", "Digital governance"),
                            ("digital_marketing", "Digital marketing"),
                        ],
                        max_length=24,
                        verbose_name="subject",
                    ),
                ),
                (
                    "season",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("spring", "Spring ploughing and sowing"),
                            ("summer", "Summer harvest and planting"),
                            ("autumn", "Autumn harvest"),
                            ("winter", "Winter idle season"),
                        ],
                        help_text="In season the course comes to the front of the home page.",
                        max_length=12,
                        verbose_name="season",
                    ),
                ),
                (
                    "audience",
                    courses.models.fields.CodesField(
                        blank=True, default=list, help_text="Empty: as for the track.", verbose_name="audience"
                    ),
                ),
                (
                    "credit_for",
                    courses.models.fields.CodesField(
                        blank=True,
                        default=list,
                        help_text="Empty: as for the track.",
                        verbose_name="earns credit hours for",
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("public", "everybody, without signing in"),
                            ("signed_in", "whoever is signed in"),
                            ("audience", "only the audience named above"),
                        ],
                        default="public",
                        max_length=12,
                        verbose_name="who may play it",
                    ),
                ),
                ("intro", models.TextField(blank=True, verbose_name="introduction")),
                (
                    "org",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="courses",
                        to="people.org",
                        verbose_name="provider",
                    ),
                ),
                (
                    "knowledge_test",
                    models.ForeignKey(
                        blank=True,
                        help_text="Learners may take it before the first lesson and after the last, with other questions where there are enough. It counts for nothing and only they see the result. Do not take the questions of the exam.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tested_courses",
                        to="courses.questionset",
                        verbose_name="test before and after",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("basic", "Basic: the first time"),
                            ("intermediate", "Intermediate: some practice"),
                            ("advanced", "Advanced: does it well"),
                        ],
                        help_text="Empty: whatever learners can do.",
                        max_length=12,
                        verbose_name="course level",
                    ),
                ),
            ],
            options={
                "verbose_name": "course",
                "verbose_name_plural": "courses",
            },
            bases=("wagtailcore.page", models.Model),
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="choice")),
                ("is_right", models.BooleanField(default=False, verbose_name="this is a right one")),
                (
                    "question",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="choices", to="courses.question"
                    ),
                ),
                (
                    "partner",
                    models.CharField(
                        blank=True,
                        help_text="Only for “match pairs”: what belongs to it.",
                        max_length=300,
                        verbose_name="belongs to",
                    ),
                ),
            ],
            options={
                "verbose_name": "choice",
                "verbose_name_plural": "choices",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LessonPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=settings.WAGTAIL_PAGE_MODEL,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=courses.models.coding.new_page_code,
                        max_length=64,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9_-]+\\Z", "Use letters, digits, hyphens and underscores only."
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("title_en", models.CharField(blank=True, max_length=255, verbose_name="title in English")),
                (
                    "teaches",
                    models.CharField(
                        blank=True,
                        help_text="One plain sentence, shown to learners.",
                        max_length=300,
                        verbose_name="what it teaches",
                    ),
                ),
                (
                    "teaches_en",
                    models.CharField(blank=True, max_length=300, verbose_name="what it teaches, in English"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("video", "Video"),
                            ("practice", "Practice"),
                            ("live", "Live class"),
                            ("offline", "Class in person"),
                            ("reading", "Reading"),
                            ("exam", "Course exam"),
                        ],
                        default="video",
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "course_type",
                    models.CharField(
                        choices=[("required", "required"), ("elective", "elective")],
                        default="required",
                        max_length=12,
                        verbose_name="required or elective",
                    ),
                ),
                (
                    "planned_minutes",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="planned length in minutes"),
                ),
                (
                    "body",
                    wagtail.fields.StreamField(
                        [("heading", 0), ("paragraph", 1), ("image", 2), ("steps", 4)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"icon": "title", "label": "Heading", "max_length": 120},
                            ),
                            1: (
                                "wagtail.blocks.RichTextBlock",
                                (),
                                {"features": ["bold", "ul", "ol", "link"], "label": "Paragraph"},
                            ),
                            2: ("wagtail.images.blocks.ImageBlock", [], {"label": "Picture"}),
                            3: ("wagtail.blocks.CharBlock", (), {"label": "Step", "max_length": 300}),
                            4: ("wagtail.blocks.ListBlock", (3,), {"icon": "list-ol", "label": "Steps"}),
                        },
                        verbose_name="text",
                    ),
                ),
                (
                    "completion_rule",
                    models.CharField(
                        choices=[
                            ("coverage", "watch enough of the recording"),
                            ("quiz", "pass the quiz"),
                            ("reading", "read it to the end"),
                            ("offline", "take part in person"),
                        ],
                        default="coverage",
                        max_length=12,
                        verbose_name="complete when learners",
                    ),
                ),
                (
                    "coverage_percent",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="share of the recording to be watched, in percent",
                    ),
                ),
                ("dims", courses.models.fields.CodesField(blank=True, default=list, verbose_name="skills")),
                ("digcomp", models.JSONField(blank=True, default=list, verbose_name="DigComp competences")),
                (
                    "org",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lessons",
                        to="people.org",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "video",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lessons",
                        to="media.video",
                        verbose_name="recording",
                    ),
                ),
                (
                    "quiz",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lessons",
                        to="courses.questionset",
                        verbose_name="quiz",
                    ),
                ),
                (
                    "hidden_playing",
                    models.CharField(
                        choices=[("listening", "listening only"), ("never", "never"), ("picture", "also with picture")],
                        default="listening",
                        help_text="Also while another app is in front. The phone says so itself; nobody can check it.",
                        max_length=12,
                        verbose_name="counts while the screen is off",
                    ),
                ),
                (
                    "presence_questions",
                    models.ForeignKey(
                        blank=True,
                        help_text="Asked while somebody watches for credit hours, in lessons of eight minutes and more: two questions for every eight minutes, each with at least four choices, one of them right.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="presence_lessons",
                        to="courses.questionset",
                        verbose_name="questions for the presence checks",
                    ),
                ),
            ],
            options={
                "verbose_name": "lesson",
                "verbose_name_plural": "lessons",
            },
            bases=("wagtailcore.page", models.Model),
        ),
        migrations.CreateModel(
            name="EditorNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("schedule_refused", "It could not be published at the time you set."),
                            ("recording_ready", "The recording is ready. Its captions can be checked now."),
                            ("recording_failed", "The recording could not be converted."),
                            (
                                "captions_approved",
                                "The captions were approved. The lesson can be submitted for review.",
                            ),
                            ("recording_taken_down", "The recording was taken down."),
                        ],
                        max_length=24,
                    ),
                ),
                ("reasons", models.JSONField(blank=True, default=list)),
                ("told_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="editor_notices",
                        to=settings.WAGTAIL_PAGE_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice to editors",
                "verbose_name_plural": "notices to editors",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("page", "kind"),
                        name="courses_notice_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutlineVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("sha256", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=255, verbose_name="title")),
                ("course_key", models.UUIDField(help_text="translation_key of the course")),
                ("audience", models.JSONField(default=list, verbose_name="audience")),
                ("credit_for", models.JSONField(default=list, verbose_name="earns credit hours for")),
                ("lessons", models.JSONField(default=list, verbose_name="lessons")),
                ("created_at", models.DateTimeField(verbose_name="written at")),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outline_versions",
                        to="courses.coursepage",
                    ),
                ),
            ],
            options={
                "verbose_name": "outline version",
                "verbose_name_plural": "outline versions",
                "ordering": ["course", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("course", "number"), name="courses_outline_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="courses_outline_number_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Takedown",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("taken_down_at", models.DateTimeField(verbose_name="taken down at")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted at")),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takedowns",
                        to=settings.WAGTAIL_PAGE_MODEL,
                    ),
                ),
                (
                    "taken_down_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recordings",
                    models.ManyToManyField(
                        related_name="+", to="media.video", verbose_name="recordings that it stopped"
                    ),
                ),
            ],
            options={
                "verbose_name": "takedown",
                "verbose_name_plural": "takedowns",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)), fields=("page",), name="courses_one_open_takedown"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(blank=True, max_length=200)),
                ("filename", models.CharField(max_length=200)),
                ("rows", models.JSONField(default=list)),
                ("read_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.org"),
                ),
                (
                    "question_set",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="courses.questionset",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of questions",
                "verbose_name_plural": "imports of questions",
            },
        ),
        migrations.CreateModel(
            name="VideoQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sort_order", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "at_seconds",
                    models.PositiveIntegerField(
                        help_text="Minutes and seconds of the recording, like 2:35.", verbose_name="at"
                    ),
                ),
                (
                    "page",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="video_questions",
                        to="courses.lessonpage",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="courses.question",
                        verbose_name="question",
                    ),
                ),
            ],
            options={
                "verbose_name": "question in the video",
                "verbose_name_plural": "questions in the video",
                "ordering": ["sort_order"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ShortLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        default=courses.models.links.new_link_code,
                        editable=False,
                        max_length=16,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                (
                    "lesson",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="short_link",
                        to="courses.lessonpage",
                        verbose_name="lesson",
                    ),
                ),
            ],
            options={
                "verbose_name": "short link",
                "verbose_name_plural": "short links",
            },
        ),
    ]
