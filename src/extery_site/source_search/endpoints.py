"""API endpoints of the source search, for moderators; volunteers may read."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from extery_site.source_search import actions
from extery_site.source_search.exports import as_row
from extery_site.source_search.models import Search
from extery_site.source_search.models.search import MAX_POINTS
from extery_site.source_search.permissions import require_staff, visible_search
from extery_site.source_search.results import Filters, find_places, load_places

router = Router(tags=["source search"])

MAX_ROWS = 500


class SearchIn(Schema):
    """What to search for. The filters are those of the results, unless a request has others."""

    kind: str = Field(description="`symbol` or `regex`, in the syntax of RE2.")
    query: str = Field(
        description="A name such as `subprocess.Popen`, `bpy.ops.*`; or an expression."
    )
    symbol_kind: str = Field("", description="`import`, `call`, `name`, `define`, `host`, or any.")
    not_bundled: bool = Field(
        default=False, description="Only packages that do not contain the module themselves."
    )
    ignore_case: bool = False
    scope: str = Field("listed", description="`listed`, `review` or `all`.")
    file_pattern: str = ""
    type: str = ""
    tag: str = ""


class SaveIn(Schema):
    """The name of a saved search, and whether it is shared and watched."""

    name: str
    description: str = ""
    is_shared: bool = False
    is_watched: bool = False
    points: int = Field(0, description=f"Points of risk, 0 to {MAX_POINTS}.")


class SearchOut(SearchIn, SaveIn):
    """A search and the state of its last run; symbols are always `idle`, and need no run."""

    id: int
    owner: str
    state: str
    searched: int = Field(description="Texts that were searched.")
    total: int
    matched: int = Field(description="Texts with matches.")
    finished_at: datetime | None

    @classmethod
    def of(cls, search: Search) -> SearchOut:
        names = [name for name in cls.model_fields if name not in ("id", "owner")]
        values: dict[str, Any] = {name: getattr(search, name) for name in names}
        return cls(id=search.pk, owner=search.owner.username, **values)


class PlaceOut(Schema):
    """A line of a file that matches; `lines` is how many lines of the file do."""

    extension: str
    name: str
    version: str
    state: str = Field(description="Such as `Listed`, `Older`, `Awaiting review`, `Blocked`.")
    package: str = Field(description="The SHA-256 of the package.")
    file: str
    line: int
    lines: int
    what: str
    symbol: str
    text: str
    downloads: int
    url: str


class RowsIn(Schema):
    """Which rows."""

    offset: int = Field(0, ge=0, le=10_000, description="Rows to leave out.")
    limit: int = Field(100, ge=1, le=MAX_ROWS, description="Maximum number of rows.")


class ResultsIn(RowsIn):
    """Filters instead of those of the search, and which rows."""

    scope: Literal["listed", "review", "all"] | None = Field(
        None,
        description="Of which versions: `listed`, `review` or `all`; by default as in the search.",
    )
    file_pattern: str | None = Field(None, description="Of which files, such as `*.py`.")
    type: str | None = Field(None, description="Of which type of extension.")
    tag: str | None = Field(None, description="Of extensions with this tag.")


@router.get("/source-searches/", response=list[SearchOut])
def saved_searches(request: HttpRequest, wanted: Query[RowsIn]) -> list[SearchOut]:
    """The saved searches: one's own, and those that are shared or watched."""
    user = require_staff(request.user)
    searches = Search.objects.visible_to(user.pk).saved().select_related("owner")
    return [
        SearchOut.of(search) for search in searches[wanted.offset : wanted.offset + wanted.limit]
    ]


@router.post("/source-searches/", response={201: SearchOut})
def start_search(request: HttpRequest, body: SearchIn) -> SearchOut:
    """Search for a symbol or a regular expression; the same search again continues the earlier one.

    An expression runs in the background: `state` says when it is `done`.
    """
    return SearchOut.of(actions.start_search(by=request.user, **body.dict()))


@router.get("/source-searches/{pk}", response=SearchOut)
def read_search(request: HttpRequest, pk: int) -> SearchOut:
    """A search and the state of its run."""
    return SearchOut.of(visible_search(pk, request.user))


@router.get("/source-searches/{pk}/results", response=list[PlaceOut])
def read_results(request: HttpRequest, pk: int, wanted: Query[ResultsIn]) -> list[dict[str, Any]]:
    """The places that match, by extension, the newest version first; at most 10,000."""
    search = visible_search(pk, request.user)
    values = {name: value for name, value in wanted.dict().items() if value is not None}
    rows = find_places(search, Filters.of(search, values))
    places = load_places(rows[wanted.offset : wanted.offset + wanted.limit])
    return [as_row(place, request) for place in places]


@router.put("/source-searches/{pk}", response=SearchOut)
def save_search(request: HttpRequest, pk: int, body: SaveIn) -> SearchOut:
    """Save one's search under a name, share it, and watch it."""
    search = visible_search(pk, request.user)
    return SearchOut.of(actions.save_search(search=search, by=request.user, **body.dict()))


@router.post("/source-searches/{pk}/run", response=SearchOut)
def run_search(request: HttpRequest, pk: int) -> SearchOut:
    """Search the texts that are new since the last run."""
    return SearchOut.of(actions.run_again(search=visible_search(pk, request.user), by=request.user))


@router.post("/source-searches/{pk}/cancel", response=SearchOut)
def cancel_search(request: HttpRequest, pk: int) -> SearchOut:
    """Stop a run; what it found is kept."""
    return SearchOut.of(
        actions.cancel_run(search=visible_search(pk, request.user), by=request.user)
    )


@router.delete("/source-searches/{pk}", response={204: None})
def delete_search(request: HttpRequest, pk: int) -> None:
    """Delete one's search."""
    actions.delete_search(search=visible_search(pk, request.user), by=request.user)
