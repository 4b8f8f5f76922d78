from typing import Any

from django.db import migrations
from django.db.models import Exists, OuterRef


def release_unconfirmed(apps: Any, _schema_editor: Any) -> None:
    """Leave addresses that were never confirmed to the account that will confirm them."""
    addresses = apps.get_model("account", "EmailAddress").objects.filter(
        user=OuterRef("pk"), email__iexact=OuterRef("email")
    )
    apps.get_model("accounts", "User").objects.filter(
        Exists(addresses.filter(verified=False)), ~Exists(addresses.filter(verified=True))
    ).update(email="", email_key=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_token_ends_with_password"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunPython(release_unconfirmed, migrations.RunPython.noop),
    ]
