"""A site to look at: people, extensions in every state, reports, made by the site's own actions.

The top layer of the website; nothing imports it but what starts the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extery_site.demo.filling import DemoSummary


def fill(*, size: str = "small", force: bool = False) -> DemoSummary:
    """Fill an empty site with the demonstration, and say what there is now.

    ``size="full"`` adds 200 small extensions, for tests of load. Raises `Refused` where
    EXTERY_SITE_URL names a host that others can reach, unless ``force`` is set.
    """
    # The models can be imported only once Django has loaded the apps, and this is one of them.
    from extery_site.demo import filling

    return filling.fill(size=size, force=force)
