from typing import Any

from django.db import migrations

from extery_site.listings.rebuild import rebuild


def render_entries(apps: Any, _schema_editor: Any) -> None:
    """Render the entries of what was approved before there were rows for them."""
    rebuild(apps)


class Migration(migrations.Migration):
    dependencies = [("listings", "0002_entries")]

    operations = [migrations.RunPython(render_entries, migrations.RunPython.noop, elidable=True)]
