"""Comments: written once, edited and removed with every text kept; internal notes stay internal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from extery.core.errors import Conflict, ExteryError, InvalidInput, NotFound, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Version
from extery_site.moderation import queues
from extery_site.moderation.comments import MAX_EDITS, comment, edit_comment, remove_comment
from extery_site.moderation.places import make_place
from extery_site.notify.models import Notification
from tests.site import factories

SignIn = Callable[[User], Client]


@pytest.fixture
def version(owner: User) -> Version:
    return factories.make_waiting(owner)


def write(version: Version, by: User, text: str = "It works.", **values: object) -> Event:
    return comment(extension=version.extension, version=version, by=by, text=text, **values)  # type: ignore[arg-type]


def code_of(action: Callable[[], object], kind: type[ExteryError]) -> str:
    with pytest.raises(kind) as caught:
        action()
    return caught.value.code


def test_the_same_comment_sent_twice_is_written_once(version: Version, stranger: User) -> None:
    first = write(version, stranger)
    assert write(version, stranger) == first
    assert write(version, stranger, "And again.") != first
    assert write(version, stranger) != first  # written once more on purpose
    assert Event.objects.filter(kind="comment").count() == 3


def test_an_edit_keeps_the_earlier_texts(version: Version, stranger: User) -> None:
    event = write(version, stranger)
    edit_comment(event=event, by=stranger, text="It works in 4.2.")
    edited = edit_comment(event=event, by=stranger, text="It works in 5.0.")
    assert edited.text == "It works in 5.0."
    assert edited.edited_at is not None
    assert [earlier["text"] for earlier in edited.earlier_texts] == [
        "It works.",
        "It works in 4.2.",
    ]


def test_an_edit_without_a_change_is_none(version: Version, stranger: User) -> None:
    event = edit_comment(event=write(version, stranger), by=stranger, text=" It works. ")
    assert (event.edited_at, event.earlier_texts) == (None, [])


def test_only_its_author_edits_a_comment(
    version: Version, stranger: User, moderator: User, owner: User
) -> None:
    event = write(version, stranger)
    for user in (moderator, owner):
        code = code_of(lambda by=user: edit_comment(event=event, by=by, text="No."), Refused)  # type: ignore[misc]
        assert code == "permission.comment-author"
    assert code_of(lambda: edit_comment(event=event, by=stranger, text=" "), InvalidInput) == (
        "review.comment-empty"
    )


def test_the_number_of_edits_is_limited(version: Version, stranger: User) -> None:
    event = write(version, stranger)
    for number in range(MAX_EDITS):
        edit_comment(event=event, by=stranger, text=f"Text {number}")
    code = code_of(lambda: edit_comment(event=event, by=stranger, text="More"), Conflict)
    assert code == "review.comment-edits"


def test_a_removed_comment_keeps_its_text_and_cannot_be_edited(
    version: Version, stranger: User, moderator: User
) -> None:
    event = write(version, stranger)
    assert code_of(lambda: remove_comment(event=event, by=moderator), InvalidInput) == (
        "review.reason-missing"
    )
    removed = remove_comment(event=event, by=moderator, reason="Advertising")
    again = remove_comment(event=event, by=moderator, reason="Something else")
    assert (removed.text, again.removal_reason) == ("It works.", "Advertising")
    assert again.removed_by == moderator
    code = code_of(lambda: edit_comment(event=event, by=stranger, text="Still"), Conflict)
    assert code == "review.comment-removed"


def test_its_author_removes_a_comment_without_a_reason_and_others_do_not(
    version: Version, stranger: User, owner: User
) -> None:
    event = write(version, stranger)
    assert code_of(lambda: remove_comment(event=event, by=owner, reason="No"), Refused) == (
        "permission.comment-author"
    )
    assert remove_comment(event=event, by=stranger).is_removed


def test_only_comments_are_removed(version: Version, moderator: User) -> None:
    event = Event.objects.get(kind="submitted")
    code = code_of(lambda: remove_comment(event=event, by=moderator, reason="No"), NotFound)
    assert code == "request.not-found"
    assert not Event.objects.get(pk=event.pk).is_removed


def test_an_internal_note_is_seen_by_staff_only(
    version: Version,
    owner: User,
    moderator: User,
    stranger: User,
    client: Client,
    signed_in: SignIn,
) -> None:
    note = write(version, moderator, "Same host as in June.", is_internal=True)
    extension = version.extension
    assert note in queues.thread(extension, moderator, number="1.0.0")
    for user in (owner, stranger):
        assert note not in queues.thread(extension, user)
        assert "Same host" not in signed_in(user).get("/queue/gear_tool/1.0.0/").content.decode()
        assert code_of(lambda by=user: remove_comment(event=note, by=by), NotFound)  # type: ignore[misc]
    assert "Same host" not in client.get("/queue/gear_tool/1.0.0/").content.decode()
    report = f"/report/comment/{note.pk}/"
    assert signed_in(stranger).get(report).status_code == 404
    notified = set(Notification.objects.values_list("entry__user__username", flat=True))
    assert not Notification.objects.filter(text__contains="Same host").exists(), notified
    assert "Same host" in signed_in(moderator).get("/queue/gear_tool/1.0.0/").content.decode()


@pytest.mark.parametrize(
    "values",
    [
        {"package": "nonsense", "file": "a.py"},
        {"package": "a" * 64, "file": "a\u202e.py"},
        {"package": "a" * 64, "file": "x" * 501},
        {"package": "a" * 64, "file": "a.py", "line": "0"},
        {"package": "a" * 64, "file": "a.py", "line": "-1"},
        {"package": "a" * 64, "file": "a.py", "line": "9" * 30},
        {"package": "a" * 64, "file": "a.py", "line": "²"},
    ],
)
def test_a_place_that_no_page_sends_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_place(**values)
    assert caught.value.code == "review.bad-place"


def test_a_place_names_a_line_or_a_file() -> None:
    package = "a" * 64
    assert make_place(package=package, file="a.py", line="41")["line"] == 41
    assert make_place(package=package, file="a.py") == {"package": package, "file": "a.py"}
    assert make_place(package="", file="") == {}


def test_staff_who_took_part_are_notified_about_an_internal_note_and_its_author_is_not(
    version: Version, owner: User, moderator: User
) -> None:
    volunteer = factories.make_user("oskar", is_volunteer=True)
    write(version, volunteer, "I look at it.")
    write(version, owner, "Thank you.")
    write(version, moderator, "Same host as in June.", is_internal=True)
    sent = Notification.objects.filter(text="Same host as in June.")
    assert [row.entry.user for row in sent] == [volunteer]
