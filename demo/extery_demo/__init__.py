"""Demo content for a site: users, extensions in every state, reviews and reports.

The site finds `seed_site` by the entry point ``seed`` in the group ``extery.demo`` and never imports
this package. All content is created with the site's own actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extery_demo.fake.run import FillResult
    from extery_demo.seed import SeedResult


def seed_site(*, size: str = "small", force: bool = False) -> SeedResult:
    """Seed an empty site. Django has to be set up.

    ``size="full"`` adds 200 fake extensions (`fill_site`). Raises `Refused` if EXTERY_SITE_URL is
    a public address, unless ``force`` is set.
    """
    # Models can be imported only after `django.setup()`.
    from extery_demo import seed

    return seed.seed_site(size=size, force=force)


def fill_site(**options: Any) -> FillResult:
    """Fill a site with fake data: `extery_demo.fake.run.fill_site`. Django has to be set up."""
    from extery_demo.fake import run

    return run.fill_site(**options)
