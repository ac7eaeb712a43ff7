import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import media.models.uploads


class Migration(migrations.Migration):
    dependencies = [
        ("media", "0002_storyboard_offline_copy_embedded_captions"),
        ("people", "0001_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        default=media.models.uploads.new_upload_code, editable=False, max_length=20, unique=True
                    ),
                ),
                ("original_name", models.CharField(blank=True, max_length=255, verbose_name="file name")),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "language",
                    models.CharField(
                        choices=[("zh", "Chinese"), ("en", "English")], max_length=12, verbose_name="spoken language"
                    ),
                ),
                ("ai_generated", models.BooleanField(default=False)),
                ("ai_label", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="video",
            name="cut_end_ms",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="video",
            name="cut_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pieces",
                to="media.video",
                verbose_name="cut from",
            ),
        ),
        migrations.AddField(
            model_name="video",
            name="cut_start_ms",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="transcript",
            name="source",
            field=models.CharField(
                choices=[
                    ("machine", "speech recognition"),
                    ("hand", "written by hand"),
                    ("upload", "uploaded file"),
                    ("cut", "taken over from the recording it was cut from"),
                ],
                max_length=8,
                verbose_name="source",
            ),
        ),
        migrations.AlterField(
            model_name="video",
            name="source",
            field=models.FileField(blank=True, max_length=200, upload_to="", verbose_name="recording"),
        ),
        migrations.AddConstraint(
            model_name="video",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cut_end_ms", None), ("cut_from", None), ("cut_start_ms", None)),
                    models.Q(
                        ("cut_end_ms__gt", models.F("cut_start_ms")),
                        ("cut_from__isnull", False),
                        ("cut_start_ms__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="media_video_cut_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="video",
            constraint=models.UniqueConstraint(
                condition=models.Q(("taken_down_at", None)),
                fields=("cut_from", "cut_start_ms", "cut_end_ms"),
                name="media_video_cut_once",
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="org",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.org"),
        ),
        migrations.AddField(
            model_name="upload",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="video",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="upload",
                to="media.video",
            ),
        ),
        migrations.AddIndex(
            model_name="upload",
            index=models.Index(fields=["expires_at"], name="media_upload_expiry"),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(condition=models.Q(("size_bytes__gt", 0)), name="media_upload_has_bytes"),
        ),
    ]
