"""Rows of every model that the admin has, made by the actions of the site."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils import timezone

from extery.core.codes import all_codes
from extery_site.accounts.actions import create_token
from extery_site.accounts.models import User
from extery_site.accounts.profiles import hide_profile
from extery_site.accounts.suspensions import suspend_user
from extery_site.catalog.models import Extension, Version
from extery_site.moderation import blocks, claims, comments, decisions, replies, tasks
from extery_site.moderation.blocking import set_blocking
from extery_site.moderation.models import CodeBlocking, Dispute, PackageDifference, Waiver
from extery_site.moderation.try_addresses import make_address
from extery_site.notify.models import MailJob, Notification
from extery_site.project.tasks.models import PeriodicJob
from extery_site.publish import handover, maximum
from extery_site.publish.reserved_ids import reserve_id
from extery_site.quotas.models import QuotaKind, QuotaUsage
from extery_site.ratings.actions import rate, reply
from extery_site.reports.actions import report_extension
from extery_site.reports.appeals import appeal
from extery_site.reports.handling import claim_case
from extery_site.scanning.known_bad_list import add_known_bad
from extery_site.scanning.tasks import check_now
from extery_site.sets.actions import create_set
from extery_site.sets.entries import add_extension
from extery_site.source_search.actions import start_search
from extery_site.test_runs.models import Blender, BlenderRun
from tests.site import factories
from tests.site.media.content import add_item


def make_set(user: User, extension: Extension) -> None:
    set_ = create_set(by=user, title=extension.name)
    add_extension(set_=set_, by=user, extension_id=extension.extension_id)


def make_results(name: str, waiting: Version, author: User, moderator: User) -> None:
    """Make what scans and differences write, and what people answer."""
    Dispute.objects.create(
        version=waiting, fingerprint=name, code="wheel.missing", text="It is there", by=author
    )
    Waiver.objects.create(
        extension=waiting.extension,
        fingerprint=name,
        code="wheel.missing",
        reason="Known",
        by=moderator,
    )
    PackageDifference.objects.create(
        old_sha256=name * 3, new_sha256=waiting.package_hashes[0], format=1, data={"files": []}
    )


def make_rows(name: str, moderator: User, second: User) -> None:
    """Make rows whose unique values have ``name``: of an author, an extension and its users."""
    author = factories.make_user(f"author_{name}")
    user = factories.make_user(f"user_{name}")
    fields = {"id": f"tool_{name}", "name": f"Tool {name}"}
    public = factories.make_approved(author, moderator, tags=["Modeling"], **fields)
    extension = public.extension
    waiting = factories.make_waiting(author, version="1.1.0", **fields)
    check_now(waiting.package_hashes)
    claims.claim(version=waiting, by=moderator)
    comments.comment(extension=extension, version=waiting, by=author, text="Thank you")
    tasks.add_task(version=waiting, by=moderator, text="Add a licence")
    make_address(version=waiting, by=moderator)
    packages = waiting.package_hashes
    decisions.request_changes(version=waiting, packages=packages, by=moderator, reason="Licence")
    factories.upload_other(author, version="1.1.0", **fields)
    rating = rate(extension=extension, by=user, stars=4, text="Good gears")
    reply(rating=rating, by=author, text="Thank you")
    maximum.suggest_maximum(version=public, by=user, maximum="5.0", reason="Broken in 5.0")
    handover.offer(extension=extension, by=author, to=user.username)
    add_item(extension, f"Gear {name}", youtube="aqz-KE-bpKQ")
    make_set(user, extension)
    case = report_extension(extension=extension, by=user, reason="other", text="Odd").case
    claim_case(case=case, by=second)
    blocks.ask_for_block(extension=extension, by=moderator, reason="Sends data away")
    suspended = factories.make_user(f"suspended_{name}")
    end = timezone.now() + timedelta(days=7)
    suspension = suspend_user(user=suspended, by=moderator, reason="Advertising", ends_at=end)
    suspended.refresh_from_db()
    suspended.about = "Buy gears"
    suspended.save()
    hide_profile(user=suspended, by=moderator, reason="Advertising")
    appeal(decision=f"suspension-{suspension.pk}", by=suspended, text="It was not me.")
    replies.save_reply(by=moderator, title=f"Licence {name}", text="Please add the licence.")
    reserve_id(extension_id=f"reserved_{name}", by=moderator, reason="Confusing")
    rules = sorted(code for code, row in all_codes().items() if row.severity == "warning")
    rule = next(code for code in rules if not CodeBlocking.objects.filter(code=code).exists())
    set_blocking(code=rule, mode="blocks", by=moderator, reason="Always right")
    digest = hashlib.sha256(name.encode()).hexdigest()
    add_known_bad(hashes=digest, reason="A stealer", by=moderator)
    create_token(user=author, name="Upload")
    start_search(by=moderator, kind="symbol", query=f"gears_{name}.make")
    make_results(name, waiting, author, moderator)
    notification = Notification.objects.filter(entry__user=author).earliest("pk")
    MailJob.objects.create(
        notification=notification, user=author, channel=MailJob.Channel.DAILY, due_at=end
    )
    QuotaUsage.objects.create(kind=QuotaKind.UPLOADS, subject=name, number=1, started_at=end)
    PeriodicJob.objects.create(name=f"job {name}", period=1)
    Blender.objects.create(program=f"/opt/{name}/blender", release="5.3.0")
    BlenderRun.objects.create(sha256=packages[0], release="5.3.0", harness=1, text=name)
    EmailAddress.objects.create(user=user, email=f"{name}@example.org", verified=True)
