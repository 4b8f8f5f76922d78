"""Fills a site with fake data: batch by batch, each in a transaction, so that an interruption leaves whole extensions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import override_settings
from django.utils import timezone

from extery.core.errors import Refused
from extery_demo.addresses import refuse_public_address
from extery_demo.audit_times import date_audit_log
from extery_demo.fake.downloads import write_downloads
from extery_demo.fake.images import NUMBER, Images
from extery_demo.fake.people import HOST, SIGN_INS, People
from extery_demo.fake.plans import FakeExtension, plan_extension
from extery_demo.fake.ratings import write_ratings
from extery_demo.fake.rows import Writer
from extery_demo.fake.states import States
from extery_demo.fake.terms import write_terms
from extery_demo.policy import POLICY
from extery_demo.users import USERS
from extery_site.accounts.models import User
from extery_site.audit.models import AuditEntry
from extery_site.catalog.models import Extension, Package, Version, normalize_id
from extery_site.catalog.rising import find_rising
from extery_site.catalog.search_documents import update_documents
from extery_site.ratings.summaries import update_site_average
from extery_site.search.word_counts import count_new

#: Extensions of a transaction.
BATCH = 40
#: Versions of an extension on average.
VERSIONS = 2.2

#: Accounts of someone who tries a site.
MAX_OTHER_USERS = 1

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FillResult:
    """What the site has now, and how many extensions are new."""

    created: int
    extensions: int
    versions: int
    packages: int
    users: int
    sign_ins: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        return (
            f"Created {self.created} extensions. The site has {self.extensions} with {self.versions} versions, "
            f"{self.packages} packages and {self.users} users."
        )


def fill_site(
    *,
    extensions: int,
    seed: int = 1,
    now: datetime | None = None,
    versions: float = VERSIONS,
    small: bool = False,
    force: bool = False,
    images: int = NUMBER,
    progress: Progress | None = None,
) -> FillResult:
    """Create those of the first ``extensions`` extensions of a seed that the site does not have.

    They have ``versions`` versions on average; with ``small``, one package each without wheels. They share ``images`` drawings. Times are before ``now``.

    Raises `Refused` for a site with content that is neither fake nor the demo's, and for one with a public address: the
    passwords are public. ``force`` allows both.
    """
    if not force:
        refuse_public_address(settings.EXTERY_SITE_URL)
        _refuse_content()
    created = done = 0
    with override_settings(**POLICY):
        filling = _Filling(seed, now or timezone.now(), small=small, images=images)
        plans = (plan_extension(seed, number, versions=versions) for number in range(extensions))
        while batch := list(islice(plans, BATCH)):
            created += filling.add(batch)
            done += len(batch)
            if progress is not None:
                progress(done, extensions)
        if created:
            filling.finish()
    return FillResult(
        created=created,
        extensions=Extension.objects.count(),
        versions=Version.objects.count(),
        packages=Package.objects.count(),
        users=User.objects.count(),
        sign_ins=SIGN_INS,
    )


class _Filling:
    def __init__(self, seed: int, now: datetime, *, small: bool, images: int) -> None:
        self.seed = seed
        self.people = People(seed, now)
        with transaction.atomic():
            self.people.create_staff()
        self.writer = Writer(self.people, Images(seed, images), now, small=small)
        self.states = States(self.writer, seed)

    def add(self, plans: list[FakeExtension]) -> int:
        """Add the extensions of a batch that do not exist, in one transaction; return their number."""
        keys = {normalize_id(plan.id) for plan in plans}
        known = set(Extension.objects.filter(id_key__in=keys).values_list("id_key", flat=True))
        missing = [plan for plan in plans if normalize_id(plan.id) not in known]
        if not missing:
            return 0
        with transaction.atomic():
            last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            self.people.keys(plan.owner for plan in missing)
            batch = self.writer.write(missing)
            write_ratings(self.writer, batch, self.seed)
            write_downloads(batch, self.writer.now)
            write_terms(batch)
            update_documents([one.extension.pk for one in batch])
            self.states.play(batch)
            date_audit_log(after=last)
        return len(batch)

    def finish(self) -> None:
        """Count what jobs of the worker would count later."""
        update_site_average()
        find_rising()
        count_new()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _refuse_content() -> None:
    """Raise `Refused` for extensions and users that are neither fake nor of the demo."""
    of_demo = Q(username__in=[user.username for user in USERS], email__endswith="@example.org")
    others = User.objects.exclude(of_demo).exclude(email__endswith=f"@{HOST}")
    extensions = Extension.objects.filter(owner__in=others).count()
    users = others.count()
    if extensions or users > MAX_OTHER_USERS:
        raise Refused.of("setting.has-content", extensions=extensions, users=users)
