"""The comparison of two versions for everyone: what changed in six facts, the files, and the lines of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from extery.core.errors import Refused
from extery_site.accounts.permissions import may_moderate
from extery_site.catalog.extension_page import (
    ExtensionPage,
    find_extension,
    open_page,
    own_address,
    render_tab,
)
from extery_site.catalog.models import Package, Version
from extery_site.listings.access import may_read
from extery_site.moderation.change_lines import files_with_lines
from extery_site.moderation.changes import (
    Base,
    Summary,
    approved_base,
    is_compared,
    safe_difference,
    summarize,
)
from extery_site.quotas.client_address import client_address
from extery_site.quotas.models import QuotaKind
from extery_site.quotas.usage import use_quota
from extery_site.scanning.changes import VersionChanges, changes_between
from extery_site.ui.form_problems import join_messages


@dataclass(frozen=True)
class Facts:
    """What changed from one version to another, in numbers."""

    summary: Summary
    added: int
    changed: int
    removed: int
    lines_added: int
    lines_removed: int
    old_size: int
    new_size: int
    new_wheels: tuple[str, ...]
    lost_wheels: tuple[str, ...]

    @property
    def percent(self) -> int:
        """By how many percent the size changed."""
        return round(100 * (self.new_size - self.old_size) / self.old_size) if self.old_size else 0


@require_safe
def compare(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Compare two versions: by default the newest public one with the one before it."""
    extension = find_extension(request, extension_id)
    if address := own_address(request, extension, extension_id):
        return address
    page = open_page(request, extension)
    old, new = _chosen(page)
    context: dict[str, Any] = {"old": old, "new": new, "choices": page.versions}
    if old is not None and new is not None and old.pk != new.pk:
        context |= _comparison(page, old, new)
    return render_tab(page, "source_pages/compare.html", "catalog:versions", context)


def _chosen(page: ExtensionPage) -> tuple[Version | None, Version | None]:
    """Return the versions of ``?from=`` and ``?to=``; raises `Http404` for one that the visitor does not see."""
    by_number = {version.number: version for version in page.versions}
    public = page.approved or page.versions
    wanted = page.request.GET.get("from", ""), page.request.GET.get("to", "")
    for number in filter(None, wanted):
        if number not in by_number:
            raise Http404(f"There is no version “{number[:40]}” of this extension.")
    new = by_number.get(wanted[1]) or next(iter(public), None)
    if wanted[0]:
        return by_number[wanted[0]], new
    older = (one for one in public if new is not None and one.sort_key < new.sort_key)
    return next(older, None), new


def _comparison(page: ExtensionPage, old: Version, new: Version) -> dict[str, Any]:
    request = page.request
    packages = _readable(new, request)
    wanted = request.GET.get("package", "")
    package = next((one for one in packages if one.sha256 == wanted), next(iter(packages), None))
    base = approved_base(old, package) if package is not None and _readable(old, request) else None
    if package is None or base is None:
        return {"problem": "The source of one of these versions is not public."}
    problem = _count(request, package, base)
    if problem:
        return {"problem": problem}
    difference, problem = safe_difference(package, base)
    name = request.GET.get("file", "")
    entries = difference["files"]
    known = [entry["name"] for entry in entries]
    current = name if name in known else next(iter(known), "")
    query = {"from": old.number, "to": new.number, "package": package.sha256}
    files = files_with_lines(
        [entry for entry in entries if entry["name"] == current],
        package=package.sha256,
        comments=(),
        tasks=(),
        field=("", ""),
        seen=(),
        whole=current if request.GET.get("whole") else "",
    )
    changes: VersionChanges | None = changes_between(old, new)
    return {
        "problem": problem,
        "package": package,
        "packages": packages,
        "entries": entries,
        "limits": difference["limits"],
        "file": next(iter(files), None),
        "facts_of_change": _facts(old, new, package, base, difference),
        "operators": _operators(changes),
        "changes": changes,
        "query": urlencode(query),
    }


def _readable(version: Version, request: HttpRequest) -> list[Package]:
    """Return the packages of a version that the user may read."""
    packages = list(version.packages.select_related("file").order_by("original_name", "pk"))
    for package in packages:
        package.version = version
    return [package for package in packages if may_read(package, request)]


def _count(request: HttpRequest, package: Package, base: Base) -> str:
    """Count a comparison that has to be computed; return why it is refused, or an empty text."""
    if may_moderate(request.user) or is_compared(package, base):
        return ""
    try:
        account = request.user.pk if request.user.is_authenticated else None
        use_quota(QuotaKind.COMPARISONS, account=account, address=client_address(request))
    except Refused as error:
        return join_messages(error)
    return ""


def _facts(
    old: Version, new: Version, package: Package, base: Base, difference: dict[str, Any]
) -> Facts:
    files = difference["files"]
    numbers = dict.fromkeys(("added", "changed", "removed"), 0)
    for file in files:
        numbers[file["status"]] += 1
    before = next((one for one in old.packages.all() if one.sha256 == base.sha256), None)
    old_wheels = _wheels(before)
    new_wheels = _wheels(package)
    return Facts(
        summary=summarize(new, old, difference),
        **numbers,
        lines_added=sum(file["added"] for file in files),
        lines_removed=sum(file["removed"] for file in files),
        old_size=before.size if before is not None else 0,
        new_size=package.size,
        new_wheels=tuple(name for name in new_wheels if name not in old_wheels),
        lost_wheels=tuple(name for name in old_wheels if name not in new_wheels),
    )


def _wheels(package: Package | None) -> list[str]:
    """Return the wheels of a package as ``name version``, from their file names."""
    if package is None:
        return []
    names = (str(path).rpartition("/")[2].split("-") for path in package.wheels)
    return [" ".join(parts[:2]) for parts in names]


def _operators(changes: VersionChanges | None) -> Any:
    """Return the group of changed operators; ``None`` if there is none, or no one has looked."""
    groups = changes.groups if changes is not None else ()
    return next((group for group in groups if group.title == "Operators"), None)
