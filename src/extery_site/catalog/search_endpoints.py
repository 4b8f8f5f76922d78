"""API endpoint of the search: the same form as the page, whose unknown values are errors here."""

from __future__ import annotations

from html import unescape

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.html import strip_tags
from ninja import Field, Query, Router, Schema

from extery.core.errors import InvalidInput, ProblemList, Where
from extery.core.text import clean_message
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.catalog.forms import BrowseForm, tags_in_use
from extery_site.catalog.models import Extension
from extery_site.catalog.search_reasons import add_reasons
from extery_site.ui.addresses import absolute

router = Router(tags=["extensions"])

PAGE_SIZE = 24


class ReasonOut(Schema):
    """Where the words are, if neither name nor tagline has them: Tag, Does, Text, Format or Shortcut."""

    place: str
    text: str


class ResultOut(Schema):
    """An extension that a search found."""

    id: str
    type: str
    name: str
    tagline: str
    owner: str
    downloads: int
    url: str
    reason: ReasonOut | None


class SearchOut(Schema):
    """A page of results; ``corrected`` is the text that was searched for instead of one with a typing error."""

    count: int
    pages: int
    corrected: str
    results: list[ResultOut]


class SearchIn(Schema):
    """The text and the filters of a search, as in the address of the page."""

    q: str = Field("", description="Words; the last one may be a beginning")
    type: str = Field("", description="Such as add-on")
    tag: str = Field("", description="Slug of a tag")
    platform: str = Field("", description="Such as linux-x64")
    permission: str = Field("", description="none, or without one: none-network works offline")
    licence: str = Field("", description="SPDX identifier")
    blender: str = Field("", description="Such as 4.2")
    works: str = Field("", description="on leaves out what is known to break there")
    sort: str = Field("", description="newest, popular, rated or name; the best match without")
    exact: str = Field("", description="1 corrects no typing errors")
    page: int = Field(1, description="Number of the page, from 1", ge=1, le=1_000_000)


@router.get("/search/", response=SearchOut, auth=OPTIONAL_AUTH)
def search(request: HttpRequest, wanted: Query[SearchIn]) -> SearchOut:
    """Search public extensions. An unknown filter value or order is an error."""
    _require_known(request)
    form = BrowseForm(wanted.model_dump(), tags=tags_in_use())
    paginator = Paginator(form.keys(Extension.objects.browsable()), PAGE_SIZE)
    _require_valid(form)
    extensions = []
    if wanted.page <= paginator.num_pages:
        extensions = Extension.objects.browsable().read_page(paginator.page(wanted.page))
    add_reasons(extensions, form.corrected_text or form.cleaned_data.get("q", ""))
    return SearchOut(
        count=paginator.count,
        pages=paginator.num_pages,
        corrected=form.corrected_text,
        results=[_result(extension, request) for extension in extensions],
    )


def _require_known(request: HttpRequest) -> None:
    known = {*SearchIn.model_fields}
    if unknown := sorted(set(request.GET) - known):
        raise InvalidInput.of(
            "request.bad-value",
            where=Where(path=(unknown[0][:40],)),
            validation_message=f"there is no filter {unknown[0][:40]!r}, expected one of {', '.join(sorted(known))}",
        )


def _require_valid(form: BrowseForm) -> None:
    with ProblemList().raising(InvalidInput) as problems:
        for name, errors in form.errors.get_json_data().items():
            problems.add(
                "request.bad-value",
                where=Where(path=(name,)),
                validation_message=clean_message(errors[0]["message"].rstrip(".")),
            )


def _result(extension: Extension, request: HttpRequest) -> ResultOut:
    reason = extension.search_reason  # type: ignore[attr-defined]
    return ResultOut(
        id=extension.extension_id,
        type=extension.type,
        name=extension.name,
        tagline=extension.tagline,
        owner=extension.owner.username,
        downloads=extension.download_count,
        url=absolute(request, extension.get_absolute_url()),
        reason=ReasonOut(place=reason.label, text=_plain(reason.text)) if reason else None,
    )


def _plain(html: str) -> str:
    return unescape(strip_tags(html))
