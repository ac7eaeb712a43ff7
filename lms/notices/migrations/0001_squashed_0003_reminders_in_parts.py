import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("notices", "0001_notices"),
        ("notices", "0002_delivery_reports"),
        ("notices", "0003_reminders_in_parts"),
    ]

    initial = True

    dependencies = [
        ("people", "0001_squashed_0007_saving_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="SmsRefusal",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sms_refusal",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                ("refused_at", models.DateTimeField(verbose_name="since")),
            ],
            options={
                "verbose_name": "refusal of reminders by SMS",
                "verbose_name_plural": "refusals of reminders by SMS",
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField(verbose_name="sent at")),
                ("template", models.CharField(max_length=32, verbose_name="template")),
                ("variables", models.JSONField(default=dict, verbose_name="variables")),
                ("about", models.CharField(max_length=64, verbose_name="what it is about")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("people", models.PositiveIntegerField(verbose_name="people in the message centre")),
                ("by_sms", models.PositiveIntegerField(verbose_name="of them by SMS as well")),
                (
                    "segments",
                    models.PositiveSmallIntegerField(verbose_name="messages that the provider counts for each SMS"),
                ),
                ("left_out", models.JSONField(default=dict, verbose_name="left out")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sent by",
                    ),
                ),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="people.org",
                        verbose_name="in the name of",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder sent to people",
                "verbose_name_plural": "reminders sent to people",
                "ordering": ["-made_at", "-pk"],
                "indexes": [models.Index(fields=["about", "-made_at"], name="notices_reminder_about")],
            },
        ),
        migrations.CreateModel(
            name="LastReminder",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="last_reminder",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                ("reminded_on", models.DateField(null=True, verbose_name="reminded on")),
                (
                    "owes",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="owed",
                        to="notices.reminder",
                        verbose_name="reminder to be written",
                    ),
                ),
                ("owes_sms", models.BooleanField(default=False, verbose_name="by SMS as well")),
            ],
            options={
                "verbose_name": "last reminder of a person",
                "verbose_name_plural": "last reminders of people",
                "indexes": [
                    models.Index(
                        condition=models.Q(("owes__isnull", False)),
                        fields=["owes", "person"],
                        name="notices_reminder_owed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("notice", "notice"), ("reminder", "reminder")], max_length=12, verbose_name="kind"
                    ),
                ),
                ("template", models.CharField(max_length=32, verbose_name="template")),
                ("variables", models.JSONField(default=dict, verbose_name="variables")),
                ("cause", models.CharField(max_length=64, verbose_name="cause")),
                ("written_at", models.DateTimeField(verbose_name="written at")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "reminder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="notices.reminder",
                        verbose_name="reminder",
                    ),
                ),
            ],
            options={
                "verbose_name": "message to a person",
                "verbose_name_plural": "messages to people",
                "ordering": ["-written_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["person"], name="notices_message_unread"
                    ),
                    models.Index(fields=["person", "-written_at"], name="notices_message_newest"),
                ],
                "constraints": [models.UniqueConstraint(fields=("person", "cause"), name="notices_message_once")],
            },
        ),
        migrations.CreateModel(
            name="Sms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waits to be sent"),
                            ("claimed", "is being sent"),
                            ("sent", "accepted by the provider"),
                            ("failed", "not accepted by the provider"),
                            ("refused", "not sent"),
                            ("unknown", "nobody knows whether it went out"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("segments", models.PositiveSmallIntegerField(verbose_name="messages that the provider counts")),
                ("queued_at", models.DateTimeField(verbose_name="queued at")),
                ("claimed_at", models.DateTimeField(null=True, verbose_name="claimed at")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                ("template_id", models.CharField(blank=True, max_length=64, verbose_name="template at the provider")),
                (
                    "number_index",
                    models.CharField(blank=True, max_length=128, verbose_name="keyed index of the number"),
                ),
                ("receipt", models.CharField(blank=True, max_length=128, verbose_name="provider's receipt")),
                (
                    "why_refused",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_phone", "no number in use"),
                            ("opted_out", "wants no reminders by SMS"),
                            ("too_old", "waited too long"),
                            ("settled", "not needed any more"),
                        ],
                        max_length=12,
                        verbose_name="why it was not sent",
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sms",
                        to="notices.message",
                        verbose_name="message",
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        blank=True,
                        choices=[("delivered", "arrived on the phone"), ("undelivered", "did not arrive")],
                        max_length=12,
                        verbose_name="what the provider reported",
                    ),
                ),
                ("reported_at", models.DateTimeField(null=True, verbose_name="delivery reported at")),
            ],
            options={
                "verbose_name": "SMS to a person",
                "verbose_name_plural": "SMS to people",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "claimed"])),
                        fields=["state", "queued_at"],
                        name="notices_sms_waiting",
                    ),
                    models.Index(fields=["receipt"], name="notices_sms_by_receipt"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), models.Q(("why_refused", ""), _negated=True)),
                            models.Q(models.Q(("state", "refused"), _negated=True), ("why_refused", "")),
                            _connector="OR",
                        ),
                        name="notices_sms_refused_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="notices_sms_sent_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delivery", ""), ("reported_at__isnull", True)),
                            models.Q(
                                ("reported_at__isnull", False),
                                ("state", "sent"),
                                models.Q(("delivery", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="notices_sms_reported_was_sent",
                    ),
                ],
            },
        ),
    ]
