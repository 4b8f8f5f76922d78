"""Public pages: browse, extension, versions, author, use in Blender."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from extery.core import types
from extery_site.accounts.models import User
from extery_site.accounts.permissions import may_moderate
from extery_site.accounts.profiles import find_hidden, has_text
from extery_site.catalog.extension_page import (
    find_extension,
    open_page,
    own_address,
    render_tab,
)
from extery_site.catalog.forms import BLENDER_VERSIONS, BrowseForm, tags_in_use
from extery_site.catalog.models import Extension, Tag
from extery_site.catalog.models.known_problem import broken_blenders
from extery_site.catalog.my_blender import obey, read_my_blender
from extery_site.catalog.related import by_same_author, similar_extensions
from extery_site.catalog.search_help import help_without_results
from extery_site.catalog.search_page import search_page
from extery_site.catalog.search_reasons import add_reasons
from extery_site.catalog.subjects import extension_subject
from extery_site.catalog.version_rows import version_rows
from extery_site.notify.actions import mark_subject_read

PAGE_SIZE = 24
TITLES = {"": "Extensions", **{type_.name: type_.plural for type_ in types.TYPES}}


@require_safe
def browse(request: HttpRequest, type_: str = "", slug: str = "") -> HttpResponse:
    """Search and filter public extensions; type and tag may come from the URL."""
    tags = list(Tag.objects.filter(slug=slug)) if slug else []
    if slug and not tags:
        raise Http404(f"Unknown tag “{slug}”.")
    tag = tags[0] if tags else None
    url_filters = {"type": type_, "tag": slug}
    data = request.GET.dict() | {name: value for name, value in url_filters.items() if value}
    form = BrowseForm(data, tags=tags_in_use(type_))
    for name, value in url_filters.items():
        if value:
            del form.fields[name]
    mine = read_my_blender(request)
    # The form can ask for another Blender or platform.
    is_own = not (data.get("blender") or data.get("platform"))
    everything = Extension.objects.browsable()
    extensions = obey(everything, mine) if is_own else everything
    if type_:
        extensions = extensions.of_type(type_)
    if slug:
        extensions = extensions.tagged(slug)
    paginator = Paginator(form.keys(extensions), PAGE_SIZE)
    status = 400 if form.errors else 200
    page = paginator.get_page(request.GET.get("page"))
    extensions_of_page = Extension.objects.browsable().read_page(page)
    text = form.cleaned_data.get("q", "")
    add_reasons(extensions_of_page, form.corrected_text or text)
    context = {
        "help": None if extensions_of_page else help_without_results(form),
        "form": form,
        "page": page,
        "extensions": extensions_of_page,
        "broken": form.known_to_break(extensions_of_page),
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "title": tag.name if tag else TITLES[type_],
        "tag": tag,
        "tag_kind": tags[0].kind if len(tags) == 1 else "Tag",
        "type": type_,
        "blender_versions": BLENDER_VERSIONS,
        "obeys_my_blender": is_own and mine.only_fitting,
        "fits_blender": form.cleaned_data.get("blender") or (mine.fits if is_own else ""),
        "search": search_page(request, form, page),
    }
    return render(request, "catalog/browse.html", context, status=status)


@require_safe
def extension(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show the overview of an extension, the first tab of its page."""
    extension = find_extension(request, extension_id)
    if address := own_address(request, extension, extension_id):
        return address
    mark_subject_read(request.user, extension_subject(extension).key)
    page = open_page(request, extension)
    context = {
        "start": [import_string(path)(page) for path in settings.EXTENSION_START_SECTIONS],
        "side": [import_string(path)(page) for path in settings.EXTENSION_SIDE_SECTIONS],
        "main": [import_string(path)(page) for path in settings.EXTENSION_MAIN_SECTIONS],
        "newest": next(iter(page.offered), None),
        "similar": similar_extensions(extension),
        "by_same_author": by_same_author(extension),
        "broken_blenders": broken_blenders(page.version) if page.version else [],
    }
    return render_tab(page, "catalog/extension.html", "catalog:extension", context)


@require_safe
def versions(request: HttpRequest, extension_id: str) -> HttpResponse:
    """Show all versions of an extension, newest first."""
    extension = find_extension(request, extension_id)
    if address := own_address(request, extension, extension_id):
        return address
    page = open_page(request, extension)
    parts = import_string(settings.VERSIONS_CONTENT)(page)
    context = {"rows": [(row, parts.get(row.version.pk, "")) for row in version_rows(page)]}
    return render_tab(page, "catalog/versions.html", "catalog:versions", context)


def _sees_hidden(request: HttpRequest, person: User) -> bool:
    return request.user == person or may_moderate(request.user)


@require_safe
def author(request: HttpRequest, username: str) -> HttpResponse:
    """Show a user's profile and published extensions."""
    person = get_object_or_404(User, username__iexact=username, is_active=True)
    if person.username != username:
        return redirect("catalog:author", person.username, permanent=True)
    published = Extension.objects.browsable().filter(owner=person)
    mine = read_my_blender(request)
    paginator = Paginator(
        obey(published, mine).most_downloaded().values_list("pk", flat=True), PAGE_SIZE
    )
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "person": person,
        "hidden": find_hidden(person) if _sees_hidden(request, person) else None,
        "has_text": has_text(person),
        "obeys_my_blender": mine.only_fitting,
        "fits_blender": mine.fits,
        "page": page,
        "extensions": published.read_page(page),
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        **published.aggregate(number=Count("pk"), downloads=Sum("download_count", default=0)),
        "sections": [import_string(path)(request, person) for path in settings.PROFILE_SECTIONS],
    }
    return render(request, "catalog/author.html", context)


@require_safe
def use_in_blender(request: HttpRequest) -> HttpResponse:
    """Show how to add this site to Blender."""
    return render(request, "catalog/use.html")
