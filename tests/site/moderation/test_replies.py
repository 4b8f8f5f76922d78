"""Saved replies: placeholders are filled in, and those that are left are not sent."""

from __future__ import annotations

import pytest

from extery.core.errors import Conflict, InvalidInput, Refused
from extery_site.accounts.models import User
from extery_site.catalog.models import Version
from extery_site.moderation import replies
from extery_site.moderation.decisions import request_changes
from extery_site.moderation.models import SavedReply
from extery_site.moderation.tasks import add_task
from tests.site import factories


def test_known_placeholders_are_filled_and_others_stay(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    task = add_task(version=version, by=moderator, text="Say why")
    text = "{author}: {extension} {version}, {host}, {other}\n{tasks}\n{unknown}"
    filled = replies.fill(text, version, [task])
    assert filled == "Ada Tester: Gear Tool 1.0.0, {host}, {other}\n- Say why\n{unknown}"
    assert replies.unfilled(filled) == ["{host}", "{other}"]


def test_a_value_with_braces_is_not_filled_again(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    version.extension.owner.full_name = "{version}"
    assert replies.fill("{author}", version, []) == "{version}"


def test_a_message_with_a_placeholder_is_not_sent(owner: User, moderator: User) -> None:
    version = factories.make_waiting(owner)
    with pytest.raises(InvalidInput) as caught:
        request_changes(
            version=version,
            packages=version.package_hashes,
            by=moderator,
            reason="It talks to {host}.",
        )
    assert caught.value.code == "review.placeholder"
    assert "not filled in: host" in str(caught.value)
    assert Version.objects.get().status == "in_review"


def test_moderators_keep_saved_replies(moderator: User) -> None:
    reply = replies.save_reply(
        by=moderator, title=" Wheel:  built? ", text="Where is {wheel} from?"
    )
    assert reply.title == "Wheel: built?"
    replies.save_reply(by=moderator, title="Wheel", text="Where?", reply=reply)
    assert SavedReply.objects.get().title == "Wheel"
    with pytest.raises(Conflict) as caught:
        replies.save_reply(by=moderator, title="Wheel", text="Another")
    assert caught.value.code == "review.reply-exists"
    replies.delete_reply(by=moderator, reply=reply)
    replies.delete_reply(by=moderator, reply=reply)
    assert not SavedReply.objects.exists()


@pytest.mark.parametrize(("title", "text"), [("", "Text"), ("Title", " "), ("x" * 101, "Text")])
def test_a_saved_reply_without_title_or_text_is_refused(
    moderator: User, title: str, text: str
) -> None:
    with pytest.raises(InvalidInput):
        replies.save_reply(by=moderator, title=title, text=text)
    assert not SavedReply.objects.exists()


def test_other_users_change_no_saved_replies(owner: User) -> None:
    volunteer = factories.make_user("oskar", is_volunteer=True)
    for user in (owner, volunteer):
        with pytest.raises(Refused):
            replies.save_reply(by=user, title="Title", text="Text")
    assert not SavedReply.objects.exists()
