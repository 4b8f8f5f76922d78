"""Admin pages of the audit log, tasks, checks, e-mails and quotas; and the models without a page."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.contrib.admin import register
from django.db.models import QuerySet
from django.http import HttpRequest

from extery_site.administration.base import Link, ReadOnlyAdmin, audit_link
from extery_site.administration.site import admin_site
from extery_site.audit.models import AuditEntry
from extery_site.notify.models import MailJob
from extery_site.project.tasks.models import PeriodicJob, StoredTask
from extery_site.quotas.models import QuotaUsage
from extery_site.scanning.models import FileCheck, StepResult
from extery_site.test_runs.models import Blender, BlenderRun

#: Models that the admin does not have, and why.
WITHOUT_PAGE = {
    "catalog.FollowedSearchCheck": "One time, which the daily job sets.",
    "notify.FeedEntry": "Notifications are private; those of moderators name who reported them.",
    "notify.Notification": "Notifications are private; those of moderators name who reported them.",
    "notify.Subscription": "What users follow is private, and theirs to change.",
    "notify.Preference": "Users change their settings themselves.",
    "notify.MailSettings": "Users change their settings themselves.",
    "publish.PackageUpload": "Files on their way, which end as a package or expire.",
    "publish.PageDraft": "A draft of its author's, which no one else reads before it is submitted.",
    "ratings.Helpful": "Whom a rating helped is private; the number is part of the rating.",
    "ratings.RatingSummary": "Computed from the ratings of an extension.",
    "ratings.SiteAverage": "Computed from all ratings.",
    "moderation.SeenFile": "Marks that moderators make for themselves; they decide nothing.",
    **dict.fromkeys(
        (
            *("source_search.IndexedPackage", "source_search.PackageFile"),
            *("source_search.SourceFile", "source_search.SourceText"),
            *("source_search.Symbol", "source_search.SymbolUse", "source_search.Match"),
        ),
        "The index of the source search; its pages show what it finds.",
    ),
    "scanning.PackageInventory": "Made from the package; the page of the extension shows it.",
    "catalog.EditorsPick": "Chosen on a page of the site; the audit log has who did.",
    "catalog.RisingExtension": "Computed from the row above.",
    "catalog.ThemeColours": "Made from the package; pages draw the theme with them.",
    "source_pages.HighlightedFile": "Made from a text of a package, for the colours of its page.",
    "source_pages.ThemeFile": "Made from the XML of a theme, for the page of the extension.",
    "catalog.SearchTerm": "Made from the inventory of the newest version, for the search.",
    "search.SearchDocument": "The words of an extension, made from its page and its inventory.",
    "search.SearchWord": "Words of the pages, counted for the correction of typing errors.",
    "search.SearchWordForm": "An index of the words above.",
    "catalog.KnownIncompatibility": "Made from the package; the page of the extension shows it.",
    "catalog.BlenderTest": "Made from the last test; the page of the extension shows it.",
    "test_runs.BreakNotice": "Remembers that an owner was told; the notification is private.",
    "test_runs.NewBlender": "Remembers since when a Blender is known.",
    "scanning.PackageSketch": "Made from the package; the pages of reviews show what it is like.",
    "scanning.SketchValue": "An index of the values of the above.",
    "scanning.KnownWheel": "Remembers what an index said about a wheel; the pages of reviews show it.",
    "transparency.PeriodFigures": "Computed from events and cases; the site has a page for them.",
    "site_pages.PageVersion": "The pages have their history, which everyone reads.",
    "site_pages.TermsAcceptance": "What an account accepted is about a person, and decides nothing here.",
    "statistics.DownloadCount": "Numbers by day; authors see those of their extensions.",
    "listings.Revision": "One number, which each change of the listing increments.",
    "listings.DownloadDay": "The key of a day, with which the addresses of clients are hashed.",
    "listings.DownloadClient": "Hashes of a day, which count each client once.",
    "quotas.CachedValue": "The cache of rate limits; its values mean nothing to people.",
    "account.EmailConfirmation": "Has the secret keys of links in mails.",
    "admin.LogEntry": "Not written: the audit log has all changes.",
    "auth.Group": "Not used: roles are fields of users.",
    "auth.Permission": "Not used: roles are fields of users.",
    "contenttypes.ContentType": "The list of models, which Django maintains.",
    "sessions.Session": "Has the secret keys of sessions.",
}


@register(AuditEntry, site=admin_site)
class AuditEntryAdmin(ReadOnlyAdmin):
    """The audit log; its page has more filters and exports."""

    list_display = (
        *("created_at", "action", "actor_name", "actor_role", "origin"),
        *("extension_name", "version_number", "person_name", "subject"),
    )
    list_filter = ("origin", "actor_role")
    search_fields = ("names",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return the rows that are not withheld from the reader."""
        rows = AuditEntry.objects.newest_first()
        pk = request.user.pk
        return rows if settings.EXTERY_OWN_DECISIONS or pk is None else rows.readable_by(pk)

    def links(self, obj: AuditEntry) -> Iterable[Link]:
        yield audit_link(action=obj.action)
        if obj.path:
            yield Link("Page", obj.path)


@register(StoredTask, site=admin_site)
class StoredTaskAdmin(ReadOnlyAdmin):
    """Background tasks. Failed ones are tried again with `extery manage`, as run-a-site.md describes."""

    list_display = ("task_path", "status", "enqueued_at", "finished_at", "attempt", "queue_name")
    list_filter = ("status", "queue_name")
    search_fields = ("task_path",)
    date_hierarchy = "enqueued_at"
    # They may have addresses and tokens of mails.
    hidden = ("arguments", "return_value")


@register(FileCheck, site=admin_site)
class FileCheckAdmin(ReadOnlyAdmin):
    """The state of the checks of each package; moderators release one from quarantine on the page of its review."""

    list_display = ("sha256", "state", "finished_at", "due_at", "attempts")
    list_filter = ("state",)
    search_fields = ("sha256",)
    date_hierarchy = "created_at"


@register(StepResult, site=admin_site)
class StepResultAdmin(ReadOnlyAdmin):
    """The last result of each check of a package, with the version of what it was made with."""

    list_display = ("file_check", "name", "outcome", "version", "started_at", "seconds", "attempts")
    list_filter = ("name", "outcome")
    list_select_related = ("file_check",)
    search_fields = ("file_check__sha256", "version", "note")
    date_hierarchy = "started_at"


@register(Blender, site=admin_site)
class BlenderAdmin(ReadOnlyAdmin):
    """The Blenders in which packages are tested; EXTERY_TEST_BLENDERS lists them."""

    list_display = ("program", "release", "fault", "since")
    search_fields = ("program", "release")


@register(BlenderRun, site=admin_site)
class BlenderRunAdmin(ReadOnlyAdmin):
    """The tests of packages in Blender; moderators start them again on the page of the version."""

    list_display = ("sha256", "release", "state", "failed_step", "started_at", "seconds")
    list_filter = ("state", "release")
    search_fields = ("sha256", "text")
    date_hierarchy = "started_at"
    hidden = ("packed_log",)


@register(PeriodicJob, site=admin_site)
class PeriodicJobAdmin(ReadOnlyAdmin):
    """The last period in which each periodic task was enqueued."""

    list_display = ("name", "period")
    search_fields = ("name",)


@register(MailJob, site=admin_site)
class MailJobAdmin(ReadOnlyAdmin):
    """E-mails that wait, failed or were sent; not what they say, which is private."""

    list_display = ("user", "channel", "due_at", "attempts", "sent_at", "error")
    list_filter = ("channel",)
    list_select_related = ("user",)
    search_fields = ("user__username", "error")
    date_hierarchy = "due_at"
    hidden = ("notification", "claim")


@register(QuotaUsage, site=admin_site)
class QuotaUsageAdmin(ReadOnlyAdmin):
    """How much of a quota was used, by the hash of an account or address."""

    list_display = ("kind", "subject", "number", "started_at")
    list_filter = ("kind",)
    search_fields = ("subject",)
    date_hierarchy = "started_at"
