from django.db import migrations, models
from django.db.models.functions import Cast, Coalesce


class Migration(migrations.Migration):
    dependencies = [("people", "0004_privacy_news")]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                Cast(Coalesce("merged_into", "id"), models.BigIntegerField()), name="people_person_stays"
            ),
        ),
    ]
