"""The list of the queue: its tabs, filters and orders, and the next version to take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.utils import timezone

from extery.core.errors import NotFound, Refused
from extery_site.accounts.models import User
from extery_site.moderation import claims
from extery_site.moderation import decisions as moderation
from extery_site.moderation.figures import expected_wait, kind_of, queue_figures
from extery_site.moderation.models import Answer, QueueEntry
from extery_site.moderation.next_version import claim_next
from extery_site.moderation.queue_list import QueueFilter, count_tabs, list_entries
from extery_site.moderation.queue_order import waiting_entries
from extery_site.moderation.queue_rows import make_rows
from extery_site.moderation.tried import report_try
from extery_site.moderation.waiting import OPEN
from extery_site.publish.deletion import delete_extension
from tests.parts import ROOT
from tests.site import factories
from tests.site.shared_database import SharedContent


def open_entry(name: str) -> Any:
    return QueueEntry.objects.filter(
        version__extension__extension_id=name, version__status__in=OPEN
    )


@pytest.fixture(scope="module", autouse=True)
def _queue(shared_content: SharedContent) -> None:
    """An approved extension with an update, first versions, one with changes requested, and others."""
    with shared_content.create():
        owner, moderator = factories.make_user("ada"), factories.make_moderator("mod")
        factories.make_approved(owner, moderator, id="gear", name="Gear")
        factories.make_waiting(
            owner, id="gear", name="Gear", version="1.1.0", permissions={"network": "Loads gears"}
        )
        bela = factories.make_user("bela", full_name="Bela Ostrow")
        factories.make_waiting(bela, id="courier", name="Mesh Courier")
        factories.make_waiting(bela, id="lantern", name="Lantern", type="theme", tags=["Dark"])
        returned = factories.make_waiting(bela, id="echo", name="Echo")
        moderation.request_changes(
            version=returned, packages=returned.package_hashes, by=moderator, reason="Hm"
        )
        factories.make_draft(owner, id="draft", name="Draft")
        blocked = factories.make_waiting(owner, id="blocked", name="Blocked")
        moderation.block_extension(extension=blocked.extension, by=moderator, reason="No")
        scores = {"gear": 60, "courier": 40, "lantern": 5, "echo": 20}
        QueueEntry.objects.update(risk=0, findings=0)
        for name, score in scores.items():
            open_entry(name).update(risk=score)
        open_entry("courier").update(
            new_hosts=["a.org"], binaries=2, findings=1, reports=3, lines_added=900, lines_removed=2
        )


def shown(user: Any, **params: str) -> list[str]:
    entries = list_entries(QueueFilter.of(params, user), user, timezone.now())
    return [entry.version.extension.extension_id for entry in entries]


def test_tabs_show_versions_by_status(moderator: User) -> None:
    assert shown(moderator) == ["gear", "courier", "echo", "lantern"]
    assert shown(moderator, show="us") == ["gear", "courier", "lantern"]
    assert shown(moderator, show="author") == ["echo"]
    assert shown(moderator, show="changes") == ["echo"]
    assert shown(moderator, show="mine") == []
    claims.claim(version=QueueEntry.objects.get(risk=40).version, by=moderator)
    assert shown(moderator, show="mine") == ["courier"]
    assert count_tabs(moderator, timezone.now()).by_tab == {
        "": 4,
        "us": 3,
        "author": 1,
        "mine": 1,
        "hold": 0,
        "cooling": 0,
    }
    assert count_tabs(AnonymousUser(), timezone.now()).by_tab == {"": 4, "us": 3, "author": 1}


def test_a_deleted_extension_is_in_no_list(moderator: User) -> None:
    extension = open_entry("echo").get().version.extension
    delete_extension(extension=extension, by=extension.owner)
    now = timezone.now()
    assert "echo" not in shown(moderator) + shown(moderator, show="author")
    assert "echo" not in [entry.version.extension.extension_id for entry in waiting_entries(now)]
    assert count_tabs(moderator, now).by_tab["author"] == 0


def test_versions_on_hold_are_for_moderators(moderator: User, stranger: User) -> None:
    held = QueueEntry.objects.get(risk=40).version
    moderation.hold_version(version=held, by=moderator, reason="We ask Blender.")
    assert shown(moderator, show="hold") == ["courier"]
    assert "courier" in shown(moderator)
    assert "courier" not in shown(stranger)
    assert count_tabs(stranger, timezone.now()).by_tab == {"": 3, "us": 2, "author": 1}
    with pytest.raises(NotFound):
        QueueFilter.of({"show": "hold"}, stranger)


def test_a_similar_id_is_a_flag(owner: User, moderator: User) -> None:
    eve = factories.make_user("quick")
    factories.make_waiting(eve, id="l00m", name="L00m")
    factories.make_approved(owner, moderator, id="loom", name="Loom")
    now, wanted = timezone.now(), QueueFilter.of({"q": "quick"}, moderator)
    (row,) = make_rows(list_entries(wanted, moderator, now), wanted, moderator, now)
    assert [flag.text for flag in row.flags if flag.icon == "copy"] == ["Name like loom"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"q": "COURIER"}, ["courier"]),
        ({"q": "Ostrow"}, ["courier", "echo", "lantern"]),
        ({"q": "ada"}, ["gear"]),
        ({"q": "100%"}, []),
        ({"type": "theme"}, ["lantern"]),
        ({"kind": "update"}, ["gear"]),
        ({"kind": "first"}, ["courier", "echo", "lantern"]),
        ({"flag": "gains"}, ["gear"]),
        ({"flag": "host"}, ["courier"]),
        ({"flag": "binaries"}, ["courier"]),
        ({"flag": "findings"}, ["courier"]),
        ({"flag": "reports"}, ["courier"]),
        ({"flag": "new-author"}, ["courier", "echo", "lantern"]),
        ({"flag": "new-author", "type": "theme"}, ["lantern"]),
        ({"who": "free"}, ["courier", "lantern"]),
        ({"who": "mine"}, ["gear"]),
        ({"who": "others"}, ["echo"]),
        ({"type": "unheard of", "flag": "'", "sort": "x", "rows": "9", "q": "\0"},
         ["gear", "courier", "echo", "lantern"]),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(
    moderator: User, params: dict[str, str], expected: list[str]
) -> None:
    claims.claim(version=QueueEntry.objects.get(risk=60).version, by=moderator)
    other = factories.make_moderator("imani")
    claims.claim(version=QueueEntry.objects.get(risk=20).version, by=other)
    assert shown(moderator, **params) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("risk", ["gear", "courier", "echo", "lantern"]),
        ("-risk", ["lantern", "echo", "courier", "gear"]),
        ("us", ["lantern", "courier", "gear", "echo"]),
        ("author", ["echo", "lantern", "courier", "gear"]),
        ("change", ["courier"]),
        ("name", ["echo", "gear", "lantern", "courier"]),
        ("-name", ["courier", "lantern", "gear", "echo"]),
        ("place", ["gear", "courier", "lantern", "echo"]),
    ],
)
def test_the_list_is_sorted(moderator: User, sort: str, expected: list[str]) -> None:
    waits = {"gear": (10, 0), "courier": (20, 0), "lantern": (30, 0), "echo": (1, 90)}
    for name, (us, author) in waits.items():
        open_entry(name).update(us_seconds=us * 100, author_seconds=author * 100)
    assert shown(moderator, sort=sort)[: len(expected)] == expected


def test_visitors_get_no_order_filter_or_tab_that_reveals_the_risk(stranger: User) -> None:
    params = {"sort": "risk", "flag": "host", "who": "free"}
    wanted = QueueFilter.of(params, stranger)
    assert (wanted.order, wanted.flag, wanted.who) == ("place", "", "")
    with pytest.raises(NotFound):
        QueueFilter.of({"show": "mine"}, stranger)
    with pytest.raises(NotFound):
        QueueFilter.of({"show": "everything"}, stranger)


def test_an_address_keeps_what_it_does_not_change(moderator: User) -> None:
    wanted = QueueFilter.of({"show": "us", "q": "a b", "sort": "-name", "rows": "50"}, moderator)
    assert wanted.url(tab="author") == "?show=author&q=a+b&sort=-name&rows=50"
    assert wanted.sort_url("name") == "?show=us&q=a+b&sort=name&rows=50"
    assert wanted.sort_url("risk") == "?show=us&q=a+b&sort=risk&rows=50"
    assert wanted.unfiltered_url == "?show=us&sort=-name&rows=50"
    assert wanted.words == "“a b”"
    assert (wanted.is_sorted_by("name"), wanted.is_sorted_by("risk")) == ("descending", "")


def test_rows_have_flags_by_importance_and_at_most_four(moderator: User) -> None:
    now = timezone.now()
    QueueEntry.objects.filter(risk=40).update(gained=["network", "files"])
    tried = open_entry("courier").get().version
    for by in (moderator, moderator, factories.make_moderator("imani")):
        report_try(
            version=tried, by=by, result="works", blender="5.0", system="linux-x64", text="Twice"
        )
    wanted = QueueFilter.of({}, moderator)
    rows = make_rows(list_entries(wanted, moderator, now), wanted, moderator, now)
    courier = next(row for row in rows if row.entry.risk == 40)
    assert [(flag.tone, flag.text) for flag in courier.flags] == [
        ("harm", "3 reports"),
        ("harm", "Gains network"),
        ("look", "Gains files"),
        ("harm", "New host"),
    ]
    icons = (ROOT / "src/extery_site/ui/static/icons/icons.svg").read_text("utf-8")
    for flag in (*courier.flags, *courier.more_flags):
        assert f'id="{flag.icon}"' in icons
    assert courier.more_title == "2 binaries, 1 finding, New author, Tried by 2"
    assert [row.place for row in rows] == [None] * 4


def test_rows_for_visitors_have_places_and_no_judgement(stranger: User) -> None:
    now = timezone.now()
    wanted = QueueFilter.of({}, stranger)
    rows = make_rows(list_entries(wanted, stranger, now), wanted, stranger, now)
    assert [row.place for row in rows] == [1, 2, 3, None]
    # The places of a page follow from its number, and in other orders from the whole queue.
    page = Paginator(list_entries(wanted, stranger, now), 2).get_page(2)
    assert [row.place for row in make_rows(page, wanted, stranger, now)] == [3, None]
    reverse = QueueFilter.of({"sort": "-place"}, stranger)
    page = Paginator(list_entries(reverse, stranger, now), 2).get_page(1)
    assert [row.place for row in make_rows(page, reverse, stranger, now)] == [None, 3]
    texts = {flag.text for row in rows for flag in [*row.flags, *row.more_flags]}
    assert texts == {"Asks for network"}
    assert {row.claim for row in rows} == {None}


def test_a_missing_description_is_a_flag(owner: User, moderator: User) -> None:
    version = open_entry("lantern").get().version
    version.extension.description = ""
    version.extension.save()
    now, wanted = timezone.now(), QueueFilter.of({"q": "lantern"}, moderator)
    (row,) = make_rows(list_entries(wanted, moderator, now), wanted, moderator, now)
    assert row.flags[0].text == "1 to fix"
    assert "description" in row.flags[0].title


def test_the_next_version_is_the_first_free_one_by_place(moderator: User, owner: User) -> None:
    taken = []
    while claim := claim_next(by=moderator):
        taken.append(claim.version.extension.extension_id)
    assert taken == ["gear", "courier", "lantern"]
    assert claim_next(by=factories.make_moderator("imani")) is None
    with pytest.raises(Refused):
        claim_next(by=owner)


def test_moderators_do_not_get_their_own_work_as_next(owner: User, settings: Any) -> None:
    owner.is_moderator = True
    owner.save()
    claim = claim_next(by=owner)
    assert claim is not None
    assert claim.version.extension.extension_id == "courier"
    settings.EXTERY_OWN_DECISIONS = True
    own = claim_next(by=owner)
    assert own is not None
    assert own.version.extension.extension_id == "gear"


def make_answers(extension: Any, *seconds: int, kind: str = "update") -> None:
    for number in seconds:
        event = extension.events.create(kind="approved")
        Answer.objects.create(event=event, kind=kind, seconds=number, created_at=event.created_at)


def test_the_expected_wait_is_known_from_twenty_answers(owner: User) -> None:
    version = open_entry("gear").get().version
    Answer.objects.all().delete()
    make_answers(version.extension, *range(1, 20))
    assert expected_wait() is None
    make_answers(version.extension, 20)
    found = expected_wait(Answer.Kind.UPDATE)
    assert found is not None
    assert (found.median, found.nine_of_ten, found.cases) == (10, 18, 20)
    assert expected_wait(Answer.Kind.CHANGES) is None
    Answer.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert expected_wait() is None


def test_the_kind_of_answer_follows_from_the_history(db: None) -> None:
    kinds = {"courier": "first_version", "echo": "changes", "gear": "update"}
    assert {name: kind_of(open_entry(name).get().version) for name in kinds} == kinds


def test_figures_count_decisions_of_this_week(
    moderator: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        figures = queue_figures(moderator, timezone.now())
    assert figures.first_answer is None
    # An approval, a request for changes, a block.
    assert (figures.decided, figures.decided_by_user) == (3, 3)
    assert queue_figures(AnonymousUser(), timezone.now()).decided_by_user == 0
