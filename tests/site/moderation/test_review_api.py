"""The API of the review of a version: who may do what, and that it does what the pages do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation import disputes, tasks
from extery_site.moderation.comments import comment
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Dispute, Task, Waiver
from tests.site import factories

Program = Callable[[User], Client]
VERSION = "/api/v1/extensions/gear_tool/versions/1.0.0"
TRY = {"result": "works", "blender": "4.2.3", "system": "linux-x64"}


@pytest.fixture
def version(owner: User) -> Version:
    """A first version in review, with one finding."""
    return factories.make_waiting(owner, files={"__init__.py": "def (:\n"})


@pytest.fixture
def volunteer(db: None) -> User:
    return factories.make_user("oskar", is_volunteer=True)


def send(client: Client, request: str, body: Any = None) -> Any:
    """Send a request such as ``post tasks/`` about the version."""
    method, _, path = request.partition(" ")
    return getattr(client, method)(f"{VERSION}/{path}", body, "application/json")


def test_who_may_do_what(
    version: Version,
    client: Client,
    owner: User,
    stranger: User,
    volunteer: User,
    moderator: User,
    program: Program,
) -> None:
    [finding] = findings_of(version)
    task = tasks.add_task(version=version, by=moderator, text="Name the host").pk
    note = comment(
        extension=version.extension, version=version, by=moderator, text="Hm.", is_internal=True
    ).pk
    kept = disputes.dispute(version=version, fingerprint=finding, by=owner, text="Fine")
    people = [client, *map(program, (stranger, owner, volunteer, moderator))]
    # Statuses for a visitor, a user, the author, a volunteer and a moderator, in this order.
    table: list[tuple[str, Any, list[int]]] = [
        ("get tasks/", None, [200, 200, 200, 200, 200]),
        ("get notes/", None, [401, 403, 403, 200, 200]),
        ("get findings/", None, [401, 403, 200, 200, 200]),
        ("get tries/", None, [200, 200, 200, 200, 200]),
        ("post tasks/", {"text": "Add a licence"}, [401, 403, 403, 201, 201]),
        ("post tasks/", {"finding": finding}, [401, 403, 403, 201, 201]),
        (f"post tasks/{task}/done", {}, [401, 403, 404, 200, 200]),
        (f"post tasks/{task}/reopen", {}, [401, 403, 403, 200, 200]),
        (f"delete tasks/{task}", None, [401, 403, 403, 204, 204]),
        ("post notes/", {"text": "Tried it"}, [401, 403, 403, 201, 201]),
        (f"post notes/{note}/edit", {"text": "Hm!"}, [401, 404, 404, 403, 200]),
        (f"post notes/{note}/remove", {}, [401, 404, 404, 403, 200]),
        ("post tries/", TRY, [401, 403, 403, 201, 201]),
        (f"post findings/{finding}/dispute", {"text": "Fine"}, [401, 403, 200, 403, 403]),
        (f"post findings/{finding}/keep", {"answer": "No"}, [401, 403, 403, 403, 200]),
        (f"post findings/{finding}/accept-dispute", None, [401, 403, 403, 403, 409]),
        (f"post findings/{finding}/waive", {"reason": "A template"}, [401, 403, 403, 403, 200]),
        (f"delete findings/{finding}/waiver", None, [401, 403, 403, 403, 204]),
    ]
    for request, body, expected in table:
        statuses = [send(person, request, body).status_code for person in people]
        assert statuses == expected, request
    kept.refresh_from_db()
    assert (kept.state, kept.answer) == ("kept", "No")
    assert not Waiver.objects.exists()


def test_tasks_are_set_done_and_dropped(
    version: Version, owner: User, moderator: User, client: Client, program: Program
) -> None:
    mod = program(moderator)
    [finding] = findings_of(version)
    place = {"package": version.package_hashes[0], "file": "__init__.py", "line": 1}
    first = send(mod, "post tasks/", {"text": "Close it", "place": place}).json()
    second = send(mod, "post tasks/", {"finding": finding}).json()
    assert (first["place"], first["is_automatic"], first["asked_at"]) == (place, False, None)
    assert (second["finding"], second["code"], second["is_automatic"]) == (
        finding,
        findings_of(version)[finding].code,
        True,
    )
    assert send(mod, "post tasks/", {"finding": finding}).json() == second
    assert send(mod, "get findings/").json()[0]["task"] == second["id"]
    assert send(client, "get tasks/").json() == []
    tasks.ask_for_open_tasks(version)
    assert [row["id"] for row in send(client, "get tasks/").json()] == [first["id"], second["id"]]
    author = program(owner)
    path = f"post tasks/{first['id']}/done"
    missing = send(author, path, {})
    assert missing.json()["problems"][0]["code"] == "review.task-note-missing"
    done = send(author, path, {"note": "Line 1"}).json()
    assert (done["done_by"], done["done_note"]) == ("ada", "Line 1")
    assert send(mod, f"post tasks/{first['id']}/reopen", {}).json()["done_at"] is None
    assert send(mod, f"delete tasks/{second['id']}").status_code == 204
    assert Task.objects.open().get().pk == first["id"]
    for wrong in ("tasks/0/done", f"tasks/{2**63}/done", "notes/1/edit", "findings/x/keep"):
        body = {"text": "a", "answer": "a"}
        assert send(mod, f"post {wrong}", body).status_code == 404, wrong
    far = {"text": "a", "place": {"package": "a", "file": "b"}}
    assert send(mod, "post tasks/", far).json()["problems"][0]["code"] == "review.bad-place"


def test_notes_are_written_and_removed_and_tries_reported(
    version: Version, client: Client, moderator: User, program: Program
) -> None:
    mod = program(moderator)
    note = send(mod, "post notes/", {"text": "Look at the host"}).json()
    send(mod, f"post notes/{note['id']}/edit", {"text": "Ask about the host"})
    [row] = send(mod, "get notes/").json()
    assert (row["by"], row["text"], bool(row["edited_at"])) == ("mod", "Ask about the host", True)
    assert send(mod, f"post notes/{note['id']}/remove", {}).json()["text"] == ""
    assert Event.objects.get(pk=note["id"]).is_internal
    wrong = send(mod, "post tries/", {**TRY, "result": "perhaps"})
    assert wrong.json()["problems"][0]["code"] == "review.result-missing"
    tried = send(mod, "post tries/", {**TRY, "text": "Quick"}).json()
    assert tried["text"] == "**It works** on Blender 4.2.3, Linux (x64).\n\nQuick"
    assert send(client, "get tries/").json() == [tried]


def test_findings_show_waiver_and_dispute(
    version: Version, owner: User, moderator: User, program: Program
) -> None:
    mod, author = program(moderator), program(owner)
    [finding] = findings_of(version)
    send(author, f"post findings/{finding}/dispute", {"text": "A template"})
    accepted = send(mod, f"post findings/{finding}/accept-dispute").json()
    assert (accepted["state"], accepted["decided_by"]) == ("accepted", "mod")
    [row] = send(author, "get findings/").json()
    assert row["problem"]["code"] == Dispute.objects.get().code
    assert (row["fingerprint"], row["is_new"], row["task"]) == (finding, False, None)
    assert row["dispute"] == accepted
    assert row["waiver"]["reason"] == "The author says: A template"
    for _ in range(2):
        assert send(mod, f"delete findings/{finding}/waiver").status_code == 204
    assert send(author, "get findings/").json()[0]["waiver"] is None
    again = send(mod, f"post findings/{finding}/waive", {"reason": " "})
    assert again.json()["problems"][0]["code"] == "review.waiver-reason-missing"


def test_a_draft_has_no_review_and_lists_need_a_fixed_number_of_queries(
    version: Version,
    owner: User,
    moderator: User,
    program: Program,
    django_assert_max_num_queries: Any,
) -> None:
    factories.make_draft(owner, id="other", name="Other")
    client = program(moderator)
    assert client.get("/api/v1/extensions/other/versions/1.0.0/tasks/").status_code == 404
    assert client.get(f"{VERSION[:-5]}9.9.9/findings/").status_code == 404
    assert client.get(f"{VERSION[:-5]}1%00/findings/").status_code in (400, 404)
    for number in range(6):
        tasks.add_task(version=version, by=moderator, text=f"Task {number}")
        comment(
            extension=version.extension,
            version=version,
            by=moderator,
            text=f"Note {number}",
            is_internal=True,
        )
    for name, number in (("tasks", 6), ("notes", 6), ("findings", 1)):
        with django_assert_max_num_queries(14):
            assert len(client.get(f"{VERSION}/{name}/").json()) == number
