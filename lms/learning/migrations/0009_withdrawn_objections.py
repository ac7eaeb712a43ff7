import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0009_short_links"),
        ("learning", "0008_group_viewing"),
        ("media", "0010_smaller_posters"),
        ("people", "0006_accounts_kept_on_phones"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GroupWithdrawal",
            fields=[
                ("counted", models.BinaryField(default=bytes)),
                ("refused", models.BinaryField(default=bytes)),
                ("paid", models.BinaryField(default=bytes)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "elsewhere",
                                "At the same time you watched something else, or were at another group viewing.",
                            ),
                            ("no_time", "More was reported than fits into the time since the screening was prepared."),
                            ("taken_down", "The lesson was taken down or changed before it could count."),
                            ("not_shown", "The film was not shown."),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                (
                    "objection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="withdrawal",
                        serialize=False,
                        to="learning.groupobjection",
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(verbose_name="withdrawn at")),
            ],
            options={
                "verbose_name": "withdrawal of an objection",
                "verbose_name_plural": "withdrawals of objections",
            },
        ),
        migrations.RemoveConstraint(
            model_name="groupviewing",
            name="learning_viewing_one_at_a_time",
        ),
        migrations.AddConstraint(
            model_name="groupviewing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True), ("doors_at__isnull", False), ("is_offline", False)),
                fields=("helper",),
                name="learning_viewing_one_at_a_time",
            ),
        ),
        migrations.AddField(
            model_name="groupwithdrawal",
            name="record",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="learning.watchrecord"
            ),
        ),
    ]
