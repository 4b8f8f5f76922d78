"""Tasks: set by moderators and volunteers, done by the author and by uploads; the last one resubmits, once."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from extery.core.errors import Conflict, ExteryError, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation import tasks
from extery_site.moderation.decisions import approve_version, request_changes
from extery_site.moderation.findings import findings_of
from extery_site.moderation.models import Task
from extery_site.publish import actions as publish
from tests.site import factories
from tests.site.packages import package

#: A script that Python cannot read: a warning, and here the only one.
BROKEN = {"__init__.py": "def (:\n"}


@pytest.fixture
def version(owner: User) -> Version:
    return factories.make_waiting(owner, files=BROKEN)


def ask(version: Version, by: User, reason: str = "") -> Event:
    return request_changes(version=version, packages=version.package_hashes, by=by, reason=reason)


def upload(owner: User, **files: str) -> Version:
    data = package(files=files)
    return publish.receive_upload(file=io.BytesIO(data), user=owner).version


def status() -> str:
    return Version.objects.get().status


def code_of(action: Callable[[], object], kind: type[ExteryError]) -> str:
    with pytest.raises(kind) as caught:
        action()
    return caught.value.code


def submissions() -> int:
    return Event.objects.filter(kind="submitted").count()


def test_tasks_reach_the_author_with_the_request_for_changes(
    version: Version, owner: User, moderator: User, stranger: User
) -> None:
    task = tasks.add_task(version=version, by=moderator, text="Ask  before the\nfirst search")
    extension = version.extension
    assert task.text == "Ask before the first search"
    assert tasks.visible_tasks(extension, version, owner) == []
    assert tasks.visible_tasks(extension, version, moderator) == [task]
    event = ask(version, moderator, "Two things.")
    assert event.text == "Two things.\n\n- Ask before the first search"
    assert tasks.visible_tasks(extension, version, owner) == [task]
    assert tasks.visible_tasks(extension, version, stranger) == [task]


def test_open_tasks_are_reason_enough(version: Version, moderator: User) -> None:
    assert code_of(lambda: ask(version, moderator), InvalidInput) == "review.reason-missing"
    tasks.add_task(version=version, by=moderator, text="Say why")
    assert ask(version, moderator).text == "- Say why"


def test_the_same_task_set_twice_is_one(version: Version, moderator: User) -> None:
    first = tasks.add_task(version=version, by=moderator, text="Say why")
    assert tasks.add_task(version=version, by=moderator, text="Say why") == first
    [finding] = findings_of(version).values()
    second = tasks.add_task(version=version, by=moderator, text="Fix it", finding=finding)
    again = tasks.add_task(version=version, by=moderator, text="Fix it now", finding=finding)
    assert again == second
    assert Task.objects.count() == 2


@pytest.mark.parametrize("text", ["", "  ", "x" * 501, "a\u202eb"])
def test_a_task_without_a_readable_text_is_refused(
    version: Version, moderator: User, text: str
) -> None:
    with pytest.raises(InvalidInput):
        tasks.add_task(version=version, by=moderator, text=text)
    assert not Task.objects.exists()


def test_the_number_of_open_tasks_is_limited(
    version: Version, moderator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MAX_OPEN_TASKS", 1)
    tasks.add_task(version=version, by=moderator, text="One")
    code = code_of(lambda: tasks.add_task(version=version, by=moderator, text="Two"), Conflict)
    assert code == "review.too-many-tasks"


def test_an_upload_without_the_finding_does_its_task_and_resubmits(
    version: Version, owner: User, moderator: User
) -> None:
    [finding] = findings_of(version).values()
    task = tasks.add_task(version=version, by=moderator, text="Let Python read it", finding=finding)
    ask(version, moderator)
    upload(owner, **{"__init__.py": "# Gears\ndef (:\n"})
    task.refresh_from_db()
    assert (task.is_done, status()) == (False, "changes_requested")
    result = upload(owner)
    task.refresh_from_db()
    assert (task.is_done, task.done_by) == (True, None)
    assert (status(), result.status) == ("in_review", "in_review")
    assert submissions() == 2
    last = Event.objects.order_by("-pk")[0]
    assert (last.kind, last.by, last.text) == ("submitted", None, "All tasks are done (1).")


def test_the_author_does_other_tasks_with_a_note(
    version: Version, owner: User, moderator: User
) -> None:
    first = tasks.add_task(version=version, by=moderator, text="Ask before the search")
    second = tasks.add_task(version=version, by=moderator, text="Rename the panel")
    code = code_of(lambda: tasks.mark_done(task=first, by=owner, note="Done"), NotFound)
    assert code == "request.not-found"
    ask(version, moderator)
    code = code_of(lambda: tasks.mark_done(task=first, by=owner, note=" "), InvalidInput)
    assert code == "review.task-note-missing"
    tasks.mark_done(task=first, by=owner, note="It asks now")
    assert status() == "changes_requested"
    tasks.mark_done(task=second, by=owner, note="Renamed")
    assert status() == "in_review"
    texts = list(Event.objects.filter(kind="tasks_done").values_list("text", flat=True))
    assert texts == ["Ask before the search: It asks now", "Rename the panel: Renamed"]


def test_a_task_that_is_done_twice_is_recorded_and_resubmitted_once(
    version: Version, owner: User, moderator: User
) -> None:
    task = tasks.add_task(version=version, by=moderator, text="Rename the panel")
    ask(version, moderator)
    for _ in range(2):
        tasks.mark_done(task=task, by=owner, note="Renamed")
    assert Event.objects.filter(kind="tasks_done").count() == 1
    assert submissions() == 2


def test_a_task_of_a_finding_is_not_done_by_its_author_but_by_staff(
    version: Version, owner: User, moderator: User
) -> None:
    [finding] = findings_of(version).values()
    task = tasks.add_task(version=version, by=moderator, text="Let Python read it", finding=finding)
    ask(version, moderator)
    code = code_of(lambda: tasks.mark_done(task=task, by=owner, note="Done"), Refused)
    assert code == "review.task-automatic"
    volunteer = factories.make_user("oskar", is_volunteer=True)
    tasks.mark_done(task=task, by=volunteer)
    assert status() == "in_review"


def test_other_users_neither_do_nor_drop_tasks(
    version: Version, owner: User, moderator: User, stranger: User
) -> None:
    task = tasks.add_task(version=version, by=moderator, text="Rename the panel")
    ask(version, moderator)
    for action in (tasks.mark_done, tasks.drop_task, tasks.reopen_task):
        assert code_of(lambda do=action: do(task=task, by=stranger), Refused)  # type: ignore[misc]
    assert code_of(lambda: tasks.drop_task(task=task, by=owner), Refused)
    assert tasks.open_tasks(version).get() == task


def test_dropping_the_last_open_task_resubmits_if_others_are_done(
    version: Version, owner: User, moderator: User
) -> None:
    first = tasks.add_task(version=version, by=moderator, text="Rename the panel")
    second = tasks.add_task(version=version, by=moderator, text="Sing")
    ask(version, moderator)
    tasks.mark_done(task=first, by=owner, note="Renamed")
    tasks.drop_task(task=second, by=moderator)
    assert status() == "in_review"


def test_dropping_the_only_task_leaves_the_version_with_its_author(
    version: Version, moderator: User
) -> None:
    task = tasks.add_task(version=version, by=moderator, text="Sing")
    ask(version, moderator, "And say why.")
    tasks.drop_task(task=task, by=moderator)
    assert status() == "changes_requested"


def test_a_version_that_misses_something_is_not_resubmitted(
    version: Version, owner: User, moderator: User
) -> None:
    task = tasks.add_task(version=version, by=moderator, text="Rename the panel")
    ask(version, moderator)
    publish.update_draft(extension=version.extension, by=owner, description="")
    tasks.mark_done(task=task, by=owner, note="Renamed")
    assert status() == "changes_requested"


def test_a_task_is_open_again_and_then_not_after_the_decision(
    version: Version, owner: User, moderator: User
) -> None:
    task = tasks.add_task(version=version, by=moderator, text="Rename the panel")
    ask(version, moderator)
    tasks.mark_done(task=task, by=owner, note="Renamed")
    tasks.reopen_task(task=task, by=moderator)
    assert list(tasks.open_tasks(version)) == [task]
    approve_version(version=version, packages=version.package_hashes, by=moderator)
    for action in (tasks.mark_done, tasks.reopen_task):
        code = code_of(lambda do=action: do(task=task, by=moderator), Conflict)  # type: ignore[misc]
        assert code == "review.wrong-status"
