import django.db.models.deletion
from django.db import migrations, models

import courses.models.links


def give_every_lesson_one(apps, schema_editor):
    using = schema_editor.connection.alias
    links, lessons = apps.get_model("courses", "ShortLink"), apps.get_model("courses", "LessonPage")
    without = lessons.objects.using(using).values_list("pk", flat=True).order_by("pk")
    for lesson_id in without.iterator():
        links.objects.using(using).get_or_create(lesson_id=lesson_id)


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0008_course_knowledge_test"),
    ]

    operations = [
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
            options={"verbose_name": "short link", "verbose_name_plural": "short links"},
        ),
        migrations.RunPython(give_every_lesson_one, migrations.RunPython.noop),
    ]
