import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0006_offline_attempts_practice_and_knowledge"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
    ]
