from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_audit_log")]

    operations = [
        # every entry of one kind of action, newest first
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["action", "seq"], name="audit_action"),
        ),
    ]
