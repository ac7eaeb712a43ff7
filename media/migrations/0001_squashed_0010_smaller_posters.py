import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import media.models.captions
import media.models.uploads
import media.models.videos
from media.shared_terms import SHARED_TERMS


def add_shared_terms(apps, schema_editor):
    GlossaryTerm = apps.get_model("media", "GlossaryTerm")
    GlossaryTerm.objects.using(schema_editor.connection.alias).bulk_create(
        GlossaryTerm(language="zh", text=text, heard_as="\n".join(heard_as)) for text, heard_as in SHARED_TERMS.items()
    )


class Migration(migrations.Migration):
    replaces = [
        ("media", "0001_media"),
        ("media", "0002_storyboard_offline_copy_embedded_captions"),
        ("media", "0003_uploads_and_cuts"),
        ("media", "0004_lanes_work_and_kept_sources"),
        ("media", "0005_glossary_and_checkpoints"),
        ("media", "0006_caption_desk"),
        ("media", "0007_name_every_choice"),
        ("media", "0008_upload_replaces"),
        ("media", "0009_spoken_texts"),
        ("media", "0010_smaller_posters"),
    ]

    initial = True

    dependencies = [
        ("people", "0001_squashed_0007_saving_data"),
        # Not needed, but sooner: the fewer models there are, the less each change of one costs.
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
        ("otp_static", "0003_add_timestamps"),
        ("otp_totp", "0003_add_timestamps"),
        ("wagtailusers", "0015_userprofile_keyboard_shortcuts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Video",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        default=media.models.videos.new_video_code,
                        editable=False,
                        max_length=16,
                        unique=True,
                        verbose_name="code",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
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
                        default="zh",
                        max_length=12,
                        verbose_name="spoken language",
                    ),
                ),
                ("source", models.FileField(blank=True, max_length=200, upload_to="", verbose_name="recording")),
                ("original_name", models.CharField(blank=True, max_length=255, verbose_name="file name")),
                ("source_sha256", models.CharField(max_length=64)),
                ("source_size_bytes", models.PositiveBigIntegerField()),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                (
                    "ai_generated",
                    models.BooleanField(default=False, verbose_name="picture or voice made by artificial intelligence"),
                ),
                ("ai_label", models.CharField(blank=True, max_length=120, verbose_name="label shown to learners")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "waiting to be converted"),
                            ("transcoding", "being converted"),
                            ("transcoded", "waiting for speech recognition"),
                            ("transcribing", "speech is being recognised"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                        ],
                        default="received",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("queued_at", models.DateTimeField(blank=True, null=True)),
                ("claim_token", models.CharField(blank=True, max_length=32)),
                ("claimed_by", models.CharField(blank=True, max_length=120)),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(blank=True, null=True)),
                ("stage_progress", models.JSONField(blank=True, default=dict)),
                (
                    "failed_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("received", "waiting to be converted"),
                            ("transcoding", "being converted"),
                            ("transcoded", "waiting for speech recognition"),
                            ("transcribing", "speech is being recognised"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "failure_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_media", "This file is not a video or sound recording. Please choose another file."),
                            (
                                "incomplete",
                                "The recording is not whole: its table of contents is missing. Please copy it again and upload once more.",
                            ),
                            (
                                "unknown_codec",
                                "The recording is stored in a form that is not known here. Please export it as MP4 (H.264).",
                            ),
                            ("nothing_playable", "The file holds neither a picture nor sound that can be played."),
                            ("picture_too_large", "The picture is too large. Please export it at 4K or smaller."),
                            ("too_long", "The recording is too long. Please cut it into shorter parts."),
                            (
                                "too_much",
                                "There is too much in the picture to convert. Please export it at 1080p, or cut it into shorter parts.",
                            ),
                            (
                                "unreadable",
                                "The recording is damaged and could not be converted. Please export it once more.",
                            ),
                            ("too_slow", "Converting took too long and was stopped. It will be tried again."),
                            ("out_of_memory", "Converting needed more memory than allowed. It will be tried again."),
                            (
                                "disk_full",
                                "The server's disk is full. Please tell the administrator; it will be tried again.",
                            ),
                            ("storage_failed", "The file storage could not be reached. It will be tried again."),
                            ("source_missing", "The uploaded file can no longer be found on the server."),
                            (
                                "source_dropped",
                                "The original file was deleted to save room, so it cannot be converted again. Please upload it once more.",
                            ),
                            (
                                "tool_missing",
                                "The converter is not installed on the server. Please tell the administrator.",
                            ),
                            (
                                "worker_lost",
                                "The work stopped several times without an answer. Please tell the administrator.",
                            ),
                            (
                                "model_missing",
                                "The speech recognition model is not there. It will be tried again; captions can also be typed or uploaded.",
                            ),
                            (
                                "recognition_failed",
                                "Speech recognition did not succeed. It will be tried again; captions can also be typed or uploaded.",
                            ),
                            ("unexpected", "Something unexpected went wrong. It will be tried again."),
                        ],
                        max_length=32,
                    ),
                ),
                ("failure_detail", models.TextField(blank=True)),
                ("failure_permanent", models.BooleanField(default=False)),
                (
                    "decoded_seconds",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="length in seconds"),
                ),
                ("has_picture", models.BooleanField(default=False)),
                ("has_sound", models.BooleanField(default=False)),
                ("width", models.PositiveIntegerField(blank=True, null=True)),
                ("height", models.PositiveIntegerField(blank=True, null=True)),
                ("notices", models.JSONField(blank=True, default=list)),
                ("stream_folder", models.CharField(blank=True, max_length=200)),
                ("poster", models.FileField(blank=True, max_length=200, upload_to="")),
                ("recognition_audio", models.FileField(blank=True, max_length=200, upload_to="")),
                ("transcoded_at", models.DateTimeField(blank=True, null=True)),
                ("ready_at", models.DateTimeField(blank=True, null=True)),
                (
                    "caption_state",
                    models.CharField(
                        choices=[
                            ("none", "no captions yet"),
                            ("draft", "captions wait for approval"),
                            ("approved", "captions approved"),
                        ],
                        default="none",
                        editable=False,
                        max_length=16,
                        verbose_name="captions",
                    ),
                ),
                ("taken_down_at", models.DateTimeField(blank=True, null=True, verbose_name="taken down at")),
                ("taken_down_reason", models.CharField(blank=True, max_length=300)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="videos",
                        to="people.org",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "taken_down_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploaded_videos",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
                ("storyboard", models.FileField(blank=True, max_length=200, upload_to="")),
                ("cut_end_ms", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "cut_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="media.video",
                        verbose_name="cut from",
                    ),
                ),
                ("cut_start_ms", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replacements",
                        to="media.video",
                        verbose_name="replaces",
                    ),
                ),
                (
                    "source_dropped_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="original file deleted at"),
                ),
                ("stated_seconds", models.PositiveIntegerField(blank=True, null=True)),
                ("stream_size_bytes", models.PositiveBigIntegerField(default=0)),
                ("poster_widths", models.JSONField(blank=True, default=list)),
            ],
            options={
                "verbose_name": "recording",
                "verbose_name_plural": "recordings",
                "ordering": ["-received_at", "-pk"],
                "indexes": [
                    models.Index(fields=["status", "heartbeat_at"], name="media_video_sweep"),
                    models.Index(fields=["org", "-received_at"], name="media_video_org_newest"),
                    models.Index(fields=["source_sha256"], name="media_video_sha256"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ready"), _negated=True),
                            ("decoded_seconds__isnull", False),
                            _connector="OR",
                        ),
                        name="media_video_ready_has_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "failed"), _negated=True),
                            models.Q(("failure_code", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="media_video_failed_says_why",
                    ),
                    models.CheckConstraint(
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
                    models.UniqueConstraint(
                        condition=models.Q(("taken_down_at", None)),
                        fields=("cut_from", "cut_start_ms", "cut_end_ms"),
                        name="media_video_cut_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transcript",
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
                        verbose_name="language",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("machine", "speech recognition"),
                            ("hand", "written by hand"),
                            ("upload", "uploaded file"),
                            ("cut", "taken over from the recording it was cut from"),
                            ("embedded", "came inside the recording"),
                        ],
                        max_length=8,
                        verbose_name="source",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("approved", "approved"),
                            ("superseded", "replaced by a newer version"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("engine", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="approved at")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "based_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="media.transcript",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "video",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="transcripts", to="media.video"
                    ),
                ),
                (
                    "worded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "transcript",
                "verbose_name_plural": "transcripts",
                "ordering": ["video", "language", "-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("video", "language", "version"), name="media_transcript_version_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "approved")),
                        fields=("video", "language"),
                        name="media_transcript_one_approved",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "draft")),
                        fields=("video", "language"),
                        name="media_transcript_one_draft",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            ("approved_at__isnull", False),
                            _connector="OR",
                        ),
                        name="media_transcript_approved_has_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rendition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("video", "picture and sound"), ("audio", "sound only"), ("file", "one file to keep")],
                        max_length=8,
                    ),
                ),
                ("name", models.CharField(max_length=16)),
                ("playlist", models.CharField(max_length=60)),
                ("width", models.PositiveIntegerField(blank=True, null=True)),
                ("height", models.PositiveIntegerField(blank=True, null=True)),
                ("frame_rate", models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ("codecs", models.CharField(max_length=60)),
                ("peak_bits_per_second", models.PositiveIntegerField()),
                ("average_bits_per_second", models.PositiveIntegerField()),
                ("size_bytes", models.PositiveBigIntegerField()),
                (
                    "video",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="renditions", to="media.video"
                    ),
                ),
            ],
            options={
                "verbose_name": "rendition",
                "verbose_name_plural": "renditions",
                "ordering": ["kind", "-height"],
                "constraints": [models.UniqueConstraint(fields=("video", "name"), name="media_rendition_once")],
            },
        ),
        migrations.CreateModel(
            name="CaptionTrack",
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
                ("label", models.CharField(max_length=60)),
                ("vtt", models.TextField()),
                ("published_at", models.DateTimeField()),
                (
                    "transcript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT, related_name="+", to="media.transcript"
                    ),
                ),
                (
                    "video",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="caption_tracks", to="media.video"
                    ),
                ),
            ],
            options={
                "verbose_name": "caption track",
                "verbose_name_plural": "caption tracks",
                "ordering": ["video", "language"],
                "constraints": [models.UniqueConstraint(fields=("video", "language"), name="media_caption_track_once")],
            },
        ),
        migrations.CreateModel(
            name="Cue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("start_ms", models.PositiveIntegerField()),
                ("end_ms", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("confidence", models.DecimalField(blank=True, decimal_places=3, max_digits=4, null=True)),
                ("flags", models.JSONField(blank=True, default=list)),
                ("settled", models.BooleanField(default=False)),
                (
                    "transcript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cues", to="media.transcript"
                    ),
                ),
                ("corrections", models.JSONField(blank=True, default=list)),
                ("changed_in", models.PositiveIntegerField(default=1)),
                ("heard", models.JSONField(blank=True, null=True)),
                ("key", models.CharField(default=media.models.captions.new_line_key, max_length=16)),
            ],
            options={
                "verbose_name": "cue",
                "verbose_name_plural": "cues",
                "ordering": ["transcript", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("transcript", "number"), name="media_cue_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("end_ms__gt", models.F("start_ms"))), name="media_cue_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__isnull", True),
                            models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                            _connector="OR",
                        ),
                        name="media_cue_confidence_is_share",
                    ),
                    models.UniqueConstraint(fields=("transcript", "key"), name="media_cue_key_once"),
                ],
            },
        ),
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
                        verbose_name="spoken language",
                    ),
                ),
                ("ai_generated", models.BooleanField(default=False)),
                ("ai_label", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "org",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.org"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "video",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="upload",
                        to="media.video",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="media.video",
                    ),
                ),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "ordering": ["-created_at", "-pk"],
                "indexes": [models.Index(fields=["expires_at"], name="media_upload_expiry")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size_bytes__gt", 0)), name="media_upload_has_bytes")
                ],
            },
        ),
        migrations.CreateModel(
            name="StageRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[("transcode", "conversion"), ("transcribe", "speech recognition")], max_length=12
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "done"),
                            ("failed", "failed"),
                            ("given_back", "given back"),
                            ("lost", "lost"),
                        ],
                        max_length=12,
                    ),
                ),
                ("cpu_seconds", models.DecimalField(decimal_places=1, default=0, max_digits=10)),
                ("length_seconds", models.PositiveIntegerField()),
                (
                    "video",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stage_runs", to="media.video"
                    ),
                ),
            ],
            options={
                "verbose_name": "run of a worker",
                "verbose_name_plural": "runs of workers",
                "ordering": ["-started_at", "-pk"],
                "indexes": [models.Index(fields=["stage", "end", "-started_at"], name="media_run_latest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("end", ""), ("ended_at__isnull", False), _connector="OR"),
                        name="media_run_ended_has_moment",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SensitiveWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=60, unique=True, verbose_name="word")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="why")),
            ],
            options={
                "verbose_name": "sensitive word",
                "verbose_name_plural": "sensitive words",
                "ordering": ["text"],
            },
        ),
        migrations.CreateModel(
            name="GlossaryTerm",
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
                        default="zh",
                        max_length=12,
                        verbose_name="language",
                    ),
                ),
                (
                    "text",
                    models.CharField(
                        help_text="As it should stand in the captions: a product, a place, a technical word.",
                        max_length=60,
                        verbose_name="word",
                    ),
                ),
                (
                    "heard_as",
                    models.TextField(
                        blank=True,
                        help_text="How recognition writes it wrongly, one on each line. The draft then has the word itself.",
                        max_length=600,
                        verbose_name="wrong spellings",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        blank=True,
                        help_text="Without one, the word is for everybody.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="glossary_terms",
                        to="people.org",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "word for recognition",
                "verbose_name_plural": "words for recognition",
                "ordering": ["text", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("org", "language", "text"), name="media_glossary_term_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("org", None)),
                        fields=("language", "text"),
                        name="media_glossary_shared_term_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecognitionStretch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("heard", models.JSONField()),
                (
                    "video",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stretches", to="media.video"
                    ),
                ),
            ],
            options={
                "verbose_name": "recognised stretch",
                "verbose_name_plural": "recognised stretches",
                "constraints": [models.UniqueConstraint(fields=("video", "key"), name="media_stretch_once")],
            },
        ),
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
                (
                    "reported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "transcript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="media.transcript"
                    ),
                ),
                (
                    "video",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="caption_reports", to="media.video"
                    ),
                ),
            ],
            options={
                "verbose_name": "report of wrong captions",
                "verbose_name_plural": "reports of wrong captions",
                "ordering": ["reported_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "open")),
                        fields=["video", "reported_at"],
                        name="media_caption_report_open",
                    ),
                    models.Index(fields=["reported_by", "video"], name="media_caption_report_of"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome", "open"), ("settled_at__isnull", False), _connector="OR"),
                        name="media_caption_report_settled_has_moment",
                    )
                ],
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
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "transcript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="returns", to="media.transcript"
                    ),
                ),
            ],
            options={
                "verbose_name": "returned draft",
                "verbose_name_plural": "returned drafts",
                "ordering": ["-returned_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("transcript",),
                        name="media_caption_return_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="media_caption_return_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftEditing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "transcript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="editings", to="media.transcript"
                    ),
                ),
            ],
            options={
                "verbose_name": "editing of a draft",
                "verbose_name_plural": "editings of drafts",
                "constraints": [
                    models.UniqueConstraint(fields=("transcript", "person"), name="media_draft_editing_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Spoken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32, unique=True)),
                ("voice", models.CharField(max_length=80, verbose_name="voice")),
                ("file", models.FileField(max_length=200, upload_to="", verbose_name="sound")),
                ("cues", models.JSONField()),
                ("duration_ms", models.PositiveIntegerField()),
                ("size_bytes", models.PositiveIntegerField()),
                ("spoken_at", models.DateTimeField(verbose_name="spoken at")),
            ],
            options={
                "verbose_name": "text read aloud",
                "verbose_name_plural": "texts read aloud",
                "indexes": [models.Index(fields=["spoken_at"], name="media_spoken_at")],
            },
        ),
        migrations.RunPython(add_shared_terms, migrations.RunPython.noop),
    ]
