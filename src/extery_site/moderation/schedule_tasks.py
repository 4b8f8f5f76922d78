"""The periodic job that publishes approved versions on time, and ends holds."""

from __future__ import annotations

from datetime import timedelta

from extery_site.moderation import automatic, cool_down
from extery_site.project.tasks import periodic, task


@periodic(every=timedelta(minutes=1))
@task(atomic=False)
def publish_due_versions() -> int:
    """Publish versions whose time has come, and end holds whose day has come; return their number."""
    return cool_down.publish_due() + automatic.publish_due() + cool_down.end_holds()
