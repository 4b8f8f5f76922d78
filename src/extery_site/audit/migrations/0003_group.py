from django.db import migrations, models
from django.db.models import F

from extery_site.audit.models import ActionGroup


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_fill")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                ActionGroup("action"), F("created_at").desc(), F("id").desc(), name="audit_group"
            ),
        ),
    ]
