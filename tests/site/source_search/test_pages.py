"""The pages of the source search: searching, results, saving, exports, the source of a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from types import SimpleNamespace

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from extery_site.accounts.models import User
from extery_site.source_search import actions, tasks
from extery_site.source_search.models import PackageFile, Search
from tests.site import factories

SignedIn = Callable[[User], Client]


def test_a_moderator_searches_saves_and_deletes(
    moderator: User, indexed: SimpleNamespace, signed_in: SignedIn
) -> None:
    client = signed_in(moderator)
    assert "packages are in the index" in client.get("/staff/sources/").text
    form = {"kind": "symbol", "query": "subprocess.Popen", "symbol_kind": "call", "scope": "all"}
    response = client.post("/staff/sources/", form)
    search = Search.objects.get()
    assert response.headers["Location"] == f"/staff/sources/{search.pk}/"
    text = client.get(f"/staff/sources/{search.pk}/").text
    assert "3 places" in text
    assert "net/start.py:5" in text
    assert escape("s.Popen(['true'])") in text
    assert "/queue/gear_tool/1.1.0/changes/?package=" in text
    assert "/queue/gear_tool/block/" in text
    assert "1 place<" in client.get(f"/staff/sources/{search.pk}/?scope=review&page=9").text
    assert "Nothing was found" in client.get(f"/staff/sources/{search.pk}/?file_pattern=x").text
    assert client.get(f"/staff/sources/{search.pk}/?scope=no&type=no&tag=no").status_code == 200
    saved = {"name": "Starts programs", "is_shared": "on", "is_watched": "on", "points": "10"}
    address = f"/staff/sources/{search.pk}/save/"
    assert client.post(address, {**saved, "points": "99"}).status_code == 422
    assert client.post(address, {**saved, "name": "\u202ex"}).status_code == 400
    assert client.post(address, saved).status_code == 302
    assert "Watched, +10" in client.get("/staff/sources/").text
    client.post(f"/staff/sources/{search.pk}/", {"step": "delete"})
    assert client.get(f"/staff/sources/{search.pk}/").status_code == 404


def test_saved_searches_are_listed_by_pages_in_a_fixed_number_of_queries(
    moderator: User, stranger: User, signed_in: SignedIn
) -> None:
    client = signed_in(moderator)
    numbers = []
    for count in (1, 60):
        Search.objects.bulk_create(
            Search(
                owner=stranger,
                kind="symbol",
                query="os.system",
                name=f"Search {count} {number:02}",
                is_shared=True,
            )
            for number in range(count)
        )
        with CaptureQueriesContext(
            connection,
        ) as captured:
            text = client.get("/staff/sources/").text
        numbers.append(len(captured))
    assert numbers[0] == numbers[1]
    assert text.count("<h3") == 25
    assert client.get("/staff/sources/?page=3").text.count("<h3") == 11


def test_a_run_shows_its_progress_and_can_be_cancelled(
    moderator: User, indexed: SimpleNamespace, signed_in: SignedIn
) -> None:
    client = signed_in(moderator)
    assert client.post("/staff/sources/", {"kind": "regex", "query": "("}).status_code == 422
    client.post("/staff/sources/", {"kind": "regex", "query": "Popen", "scope": "all"})
    search = Search.objects.get()
    address = f"/staff/sources/{search.pk}/"
    text = client.get(address).text
    assert "<progress" in text
    assert "Waiting for a worker" in text
    client.post(address, {"step": "cancel"})
    assert "Continue" in client.get(address).text
    client.post(address, {"step": "run"})
    search.refresh_from_db()
    tasks.run_search.call(search.pk, search.run)
    text = client.get(address).text
    assert "1 with matches" in text
    assert "<progress" not in text


def test_results_are_exported(
    owner: User, moderator: User, signed_in: SignedIn, index_all: Callable[[], None]
) -> None:
    factories.make_approved(owner, moderator, files={"a.py": "=os.system('x')\nimport os\n"})
    index_all()
    search = actions.start_search(by=moderator, kind="regex", query=r"os\.system")
    tasks.run_search.call(search.pk, search.run)
    client = signed_in(moderator)
    response = client.get(f"/staff/sources/{search.pk}/results.csv")
    [row] = csv.DictReader(io.StringIO(response.text))
    assert (row["extension"], row["line"], row["state"]) == ("gear_tool", "1", "Listed")
    assert row["text"] == "'=os.system('x')"
    document = client.get(f"/staff/sources/{search.pk}/results.json?scope=all").json()
    assert document["results"][0]["text"] == "=os.system('x')"
    assert document["results"][0]["url"].startswith("http://testserver/staff/sources/files/")


def test_the_source_of_a_file_is_shown_around_a_line(
    owner: User,
    moderator: User,
    indexed: SimpleNamespace,
    signed_in: SignedIn,
    index_all: Callable[[], None],
) -> None:
    client = signed_in(moderator)
    lines = "".join(f"x = {number}\n" for number in range(1, 1_001))
    factories.make_waiting(owner, id="long", name="Long", files={"long.py": lines})
    index_all()
    key = PackageFile.objects.get(path="long.py").pk
    text = client.get(f"/staff/sources/files/{key}/?line=500").text
    assert 'id="line-300"' in text
    assert 'id="line-701"' not in text
    assert "299 lines before" in text
    for line in ("", "0", "99999999", "²", "-1"):
        assert client.get(f"/staff/sources/files/{key}/?line={line}").status_code == 200
    draft = PackageFile.objects.get(path="a.py").pk
    assert client.get(f"/staff/sources/files/{draft}/").status_code == 404
    assert client.get("/staff/sources/files/999999/").status_code == 404


def test_volunteers_read_and_others_see_nothing(
    owner: User, moderator: User, indexed: SimpleNamespace, signed_in: SignedIn
) -> None:
    search = actions.start_search(by=moderator, kind="symbol", query="subprocess.Popen")
    volunteer = signed_in(factories.make_user("oskar", is_volunteer=True))
    address = f"/staff/sources/{search.pk}/"
    assert volunteer.get(address).status_code == 404
    actions.save_search(search=search, by=moderator, name="Starts programs", is_shared=True)
    text = volunteer.get(address).text
    assert "net/start.py:5" in text
    assert "Delete" not in text
    assert "New search" not in volunteer.get("/staff/sources/").text
    assert volunteer.post("/staff/sources/", {"kind": "symbol", "query": "os"}).status_code == 403
    key = PackageFile.objects.first()
    assert key is not None
    for path in ("", f"{search.pk}/", f"{search.pk}/results.csv", f"files/{key.pk}/"):
        assert signed_in(owner).get(f"/staff/sources/{path}").status_code == 403
        assert Client().get(f"/staff/sources/{path}").status_code == 302
