from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quotas", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="quotausage",
            name="kind",
            field=models.CharField(
                choices=[
                    ("uploads", "uploads"),
                    ("drafts", "new drafts"),
                    ("comments", "comments"),
                    ("reports", "reports"),
                    ("tokens", "new API tokens"),
                    ("sign-ins", "sign-ins with a wrong password"),
                    ("emails", "e-mails"),
                ],
                max_length=16,
            ),
        ),
    ]
