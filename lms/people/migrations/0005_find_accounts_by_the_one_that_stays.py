from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("people", "0004_privacy_news")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(Coalesce("merged_into", "id"), name="people_person_stays"),
        ),
    ]
