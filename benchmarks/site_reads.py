"""Measures the pages and the API that visitors and authors use, on a site of fake data.

The site has 10,000 extensions with 50,000 versions (`extery manage fake_data --small --versions 5`). Prints for each kind of
page what `site_pages.py` prints, with the same peer: the page of a problem, the smallest one of the site.

A page is to take less than 50 ms. With SQLite that is compared with the processor time, because the database is a part of
the process, and other programs do not count. `EXTERY_DATABASE` sets another one. ``--data`` keeps the site for the next run;
making it takes some minutes.

    python benchmarks/site_reads.py [--extensions 10000] [--versions 5] [--data FOLDER] [--rounds 40] [--only search]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import nullcontext
from typing import Any

from site_pages import PEER, Pages, measure, report

LIMIT_MS = 50


def pages_of_site() -> list[Pages]:
    """Return what is measured: of each kind several pages, those with the most rows first."""
    from django.db.models import Count

    from extery_site.accounts.models import User
    from extery_site.catalog.models import Extension

    browsable = Extension.objects.browsable()
    with_versions = browsable.annotate(number=Count("versions")).order_by("-number", "pk")
    popular = [one.extension_id for one in browsable.order_by("-download_count")[:3]]
    of_many = [one.extension_id for one in with_versions[:3]]
    extensions = [f"/extensions/{id_}/" for id_ in popular]
    author = User.objects.get(username="fake-author")
    moderator = User.objects.get(username="fake-moderator")
    listing = "/api/v1/extensions/"
    lists = ("?sort=name", "?page=300", "?sort=rated", "?blender=4.2&platform=linux-x64")
    filters = (
        "?permission=none-network",
        "?tag=mesh",
        "?licence=MIT&type=add-on",
        "?blender=5.3&works=on",
    )
    searches = ("?q=rename", "?q=curves+angle", "?q=import+psk", "?q=ctrl+shift+q", "?q=lihgt")
    return [
        Pages(PEER, None, ["/problems/request.not-found/"]),
        Pages("home, visitor", None, ["/"]),
        Pages("home, author", author, ["/"]),
        Pages("browse", None, [f"/extensions/{query}" for query in lists]),
        Pages("browse by type and tag", None, ["/add-ons/", "/themes/?page=9", "/tags/mesh/"]),
        Pages("browse with filters", None, [f"/extensions/{query}" for query in filters]),
        Pages("search", None, [f"/extensions/{query}" for query in searches]),
        Pages("search, nothing found", None, ["/extensions/?q=unwrap+hair+cards+zzz"]),
        Pages("suggestions", None, ["/search/suggest?q=am", "/search/suggest?q=rename"]),
        Pages("extension, visitor", None, extensions),
        Pages("extension, owner", author, _own(author)),
        Pages("versions", None, [f"/extensions/{id_}/versions/" for id_ in of_many]),
        Pages("ratings", None, [f"{page}ratings/" for page in extensions]),
        Pages("user with extensions", None, [f"/people/{author.username}/"]),
        Pages("own extensions, author", author, ["/mine/"]),
        Pages("queue, visitor", None, ["/queue/", "/queue/?show=decided", "/queue/?page=2"]),
        Pages("queue, moderator", moderator, ["/queue/", "/queue/?sort=us", "/queue/?q=anvil"]),
        Pages("API, search", None, [f"/api/v1/search/{query}" for query in searches]),
        Pages("API, versions", None, [f"/api/v1/extensions/{id_}/" for id_ in of_many]),
        Pages("API, listing", None, [f"{listing}?blender_version=5.0.0", listing]),
    ]


def _own(author: Any) -> list[str]:
    from extery_site.catalog.models import Extension

    own = Extension.objects.browsable().filter(owner=author).order_by("-download_count")[:3]
    return [f"/extensions/{one.extension_id}/" for one in own]


def main() -> None:
    """Fill a site, measure and compare; exit with 1 if a page takes too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extensions", type=int, default=10_000)
    parser.add_argument("--versions", type=float, default=5, help="on average")
    parser.add_argument("--data", help="folder of the site; default: a temporary one")
    parser.add_argument("--rounds", type=int, default=40, help="requests of each kind")
    parser.add_argument("--only", default="", help="kinds whose name contains this, and the peer")
    options = parser.parse_args()
    folder = (
        nullcontext(options.data)
        if options.data
        else tempfile.TemporaryDirectory(prefix="extery-benchmark-")
    )
    with folder as data:
        os.environ["EXTERY_DATA"] = data
        os.environ["EXTERY_ALLOWED_HOSTS"] = "testserver"
        from extery_site.project.startup import prepare

        prepare()
        from django.db import connection

        from extery_demo import fill_site
        from extery_site.catalog.search_popular import update_popular

        print(
            fill_site(
                extensions=options.extensions, versions=options.versions, small=True, images=1
            )
        )
        update_popular()
        wanted = [
            pages for pages in pages_of_site() if options.only in pages.name or pages.name == PEER
        ]
        exceeded = report(wanted, measure(wanted, max(options.rounds, 2)), limit=LIMIT_MS)
        connection.close()
    sys.exit(1 if exceeded else 0)


if __name__ == "__main__":
    main()
