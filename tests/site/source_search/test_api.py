"""The source search over the API."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from django.test import Client

from extery_site.accounts.models import User
from extery_site.source_search.models import Search
from tests.site import factories

JSON = "application/json"


def test_a_program_searches_reads_results_saves_and_deletes(
    owner: User,
    moderator: User,
    indexed: SimpleNamespace,
    program: Callable[[User], Client],
    run_tasks: Callable[[], int],
) -> None:
    client, base = program(moderator), "/api/v1/source-searches/"
    response = client.post(base, {"kind": "regex", "query": "Popen", "scope": "all"}, JSON)
    assert response.status_code == 201
    search = response.json()
    assert (search["state"], search["owner"]) == ("waiting", "mod")
    run_tasks()
    address = f"{base}{search['id']}"
    assert client.get(address).json()["state"] == "done"
    results = client.get(f"{address}/results").json()
    assert [row["state"] for row in results] == ["Awaiting review", "Listed", "Older"]
    assert results[0]["text"] == "s.Popen(['true'])"
    assert len(client.get(f"{address}/results?scope=listed&limit=1").json()) == 1
    assert client.get(f"{address}/results?scope=mine").status_code in (400, 422)
    body = {"name": "Starts programs", "is_watched": True, "points": 5}
    assert client.put(address, body, JSON).json()["is_watched"] is True
    run_tasks()
    assert client.post(f"{address}/run").json()["state"] == "waiting"
    assert client.post(f"{address}/cancel").json()["state"] == "cancelled"
    volunteer = program(factories.make_user("oskar", is_volunteer=True))
    assert [one["name"] for one in volunteer.get(base).json()] == ["Starts programs"]
    assert volunteer.delete(address).status_code == 403
    assert program(owner).get(address).status_code == 403
    bad = client.post(base, {"kind": "regex", "query": "("}, JSON)
    assert bad.json()["problems"][0]["code"] == "source-search.bad-pattern"
    assert client.delete(address).status_code == 204
    assert not Search.objects.exists()
