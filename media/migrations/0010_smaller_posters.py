from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("media", "0009_spoken_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="video",
            name="poster_widths",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
