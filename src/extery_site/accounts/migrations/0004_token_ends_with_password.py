from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_email_key"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="ended_with_password",
            field=models.BooleanField(
                default=False, editable=False, help_text="Revoked by a change of the password."
            ),
        ),
    ]
