from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0002_takedown_names_its_recordings"),
    ]

    operations = [
        migrations.AlterField(
            model_name="editornotice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("schedule_refused", "It could not be published at the time you set."),
                    ("recording_ready", "The recording is ready. Its captions can be checked now."),
                    ("recording_failed", "The recording could not be converted."),
                    ("captions_approved", "The captions were approved. The lesson can be submitted for review."),
                    ("recording_taken_down", "The recording was taken down."),
                ],
                max_length=24,
            ),
        ),
    ]
