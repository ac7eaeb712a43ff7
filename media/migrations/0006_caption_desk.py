"""Lines with a name of their own, languages, returned drafts, reports of wrong captions."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import media.models.captions


def name_lines(apps, schema_editor):
    """Each line that was there before gets a key."""
    Cue = apps.get_model("media", "Cue")
    keyless = list(Cue.objects.values_list("pk", flat=True))
    for start in range(0, len(keyless), 2000):
        cues = [Cue(pk=pk, key=media.models.captions.new_line_key()) for pk in keyless[start : start + 2000]]
        Cue.objects.bulk_update(cues, ["key"], batch_size=200)


class Migration(migrations.Migration):
    dependencies = [
        ("media", "0005_glossary_and_checkpoints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaptionReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("zh", "Chinese"),
                            ("zh-u-sd-cnsc", "Sichuanese"),
                            ("yue", "Cantonese"),
                            ("nan", "Southern Min"),
                            ("wuu", "Wu"),
                            ("hak", "Hakka"),
                            ("hsn", "Xiang"),
                            ("gan", "Gan"),
                            ("bo", "Tibetan"),
                            ("ug", "Uyghur"),
                            ("mn-Mong", "Mongolian"),
                            ("kk-Arab", "Kazakh"),
                            ("ko", "Korean"),
                            ("ii", "Yi"),
                            ("za", "Zhuang"),
                            ("en", "English"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at_ms", models.PositiveIntegerField()),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="words")),
                ("reported_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("open", "waiting"), ("corrected", "corrected"), ("no_error", "found to be right")],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("reply", models.CharField(blank=True, max_length=300, verbose_name="answer to the learner")),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "report of wrong captions",
                "verbose_name_plural": "reports of wrong captions",
                "ordering": ["reported_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CaptionReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("returned_at", models.DateTimeField(verbose_name="returned at")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "returned draft",
                "verbose_name_plural": "returned drafts",
                "ordering": ["-returned_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DraftEditing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "editing of a draft",
                "verbose_name_plural": "editings of drafts",
            },
        ),
        migrations.AddField(
            model_name="cue",
            name="changed_in",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="cue",
            name="heard",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="cue",
            name="key",
            field=models.CharField(default="", max_length=16),
        ),
        migrations.RunPython(name_lines, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="cue",
            name="key",
            field=models.CharField(default=media.models.captions.new_line_key, max_length=16),
        ),
        migrations.AddField(
            model_name="transcript",
            name="worded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="captiontrack",
            name="language",
            field=models.CharField(
                choices=[
                    ("zh", "Chinese"),
                    ("zh-u-sd-cnsc", "Sichuanese"),
                    ("yue", "Cantonese"),
                    ("nan", "Southern Min"),
                    ("wuu", "Wu"),
                    ("hak", "Hakka"),
                    ("hsn", "Xiang"),
                    ("gan", "Gan"),
                    ("bo", "Tibetan"),
                    ("ug", "Uyghur"),
                    ("mn-Mong", "Mongolian"),
                    ("kk-Arab", "Kazakh"),
                    ("ko", "Korean"),
                    ("ii", "Yi"),
                    ("za", "Zhuang"),
                    ("en", "English"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="transcript",
            name="language",
            field=models.CharField(
                choices=[
                    ("zh", "Chinese"),
                    ("zh-u-sd-cnsc", "Sichuanese"),
                    ("yue", "Cantonese"),
                    ("nan", "Southern Min"),
                    ("wuu", "Wu"),
                    ("hak", "Hakka"),
                    ("hsn", "Xiang"),
                    ("gan", "Gan"),
                    ("bo", "Tibetan"),
                    ("ug", "Uyghur"),
                    ("mn-Mong", "Mongolian"),
                    ("kk-Arab", "Kazakh"),
                    ("ko", "Korean"),
                    ("ii", "Yi"),
                    ("za", "Zhuang"),
                    ("en", "English"),
                ],
                max_length=12,
                verbose_name="language",
            ),
        ),
        migrations.AlterField(
            model_name="video",
            name="language",
            field=models.CharField(
                choices=[
                    ("zh", "Chinese"),
                    ("zh-u-sd-cnsc", "Sichuanese"),
                    ("yue", "Cantonese"),
                    ("nan", "Southern Min"),
                    ("wuu", "Wu"),
                    ("hak", "Hakka"),
                    ("hsn", "Xiang"),
                    ("gan", "Gan"),
                    ("bo", "Tibetan"),
                    ("ug", "Uyghur"),
                    ("mn-Mong", "Mongolian"),
                    ("kk-Arab", "Kazakh"),
                    ("ko", "Korean"),
                    ("ii", "Yi"),
                    ("za", "Zhuang"),
                    ("en", "English"),
                ],
                default="zh",
                max_length=12,
                verbose_name="spoken language",
            ),
        ),
        migrations.AddConstraint(
            model_name="cue",
            constraint=models.UniqueConstraint(fields=("transcript", "key"), name="media_cue_key_once"),
        ),
        migrations.AddField(
            model_name="captionreport",
            name="reported_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="captionreport",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="captionreport",
            name="transcript",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="media.transcript"
            ),
        ),
        migrations.AddField(
            model_name="captionreport",
            name="video",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="caption_reports", to="media.video"
            ),
        ),
        migrations.AddField(
            model_name="captionreturn",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="captionreturn",
            name="returned_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="captionreturn",
            name="transcript",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="returns", to="media.transcript"
            ),
        ),
        migrations.AddField(
            model_name="draftediting",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="draftediting",
            name="transcript",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="editings", to="media.transcript"
            ),
        ),
        migrations.AddIndex(
            model_name="captionreport",
            index=models.Index(
                condition=models.Q(("outcome", "open")),
                fields=["video", "reported_at"],
                name="media_caption_report_open",
            ),
        ),
        migrations.AddIndex(
            model_name="captionreport",
            index=models.Index(fields=["reported_by", "video"], name="media_caption_report_of"),
        ),
        migrations.AddConstraint(
            model_name="captionreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "open"), ("settled_at__isnull", False), _connector="OR"),
                name="media_caption_report_settled_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="captionreturn",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None)), fields=("transcript",), name="media_caption_return_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="captionreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="media_caption_return_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="draftediting",
            constraint=models.UniqueConstraint(fields=("transcript", "person"), name="media_draft_editing_once"),
        ),
    ]
