"""The pages of themes: a drawn window, colours, contrast; and what hostile XML does to them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.test import Client

from extery.package.theme_colors import ThemeColors
from extery.repository.page.theme_preview import standalone_picture
from extery_site.accounts.models import User
from extery_site.source_pages import themes
from extery_site.source_pages.models import ThemeFile
from extery_site.source_search.indexing import index_version
from tests.site import factories
from tests.site.pages.html import open_page

pytestmark = pytest.mark.django_db

PAGE = "/extensions/night/"
XML = """<bpy><Theme>
<user_interface><ThemeUserInterface panel_back="#202020" panel_text="#505050"><wcol_regular>
<ThemeWidgetColors inner="#404040ff" text="#ffffff"/></wcol_regular></ThemeUserInterface></user_interface>
<view_3d><ThemeView3D object_active="#12ab34"/></view_3d></Theme><ThemeStyle/></bpy>"""


def publish(owner: User, moderator: User, xml: str = XML) -> None:
    version = factories.make_approved(
        owner, moderator, id="night", name="Night", type="theme", files={"theme.xml": xml}
    )
    index_version(version)


def test_a_theme_shows_its_window_colours_and_contrast(
    client: Client, owner: User, moderator: User
) -> None:
    publish(owner, moderator)

    page = open_page(client, PAGE)

    assert f"{PAGE}theme.svg?version=1.0.0" in [one.get("src") for one in page.all("img")]
    uses = [one.words for one in page.classed("theme-uses")[0].children]
    assert "Panels#202020" in uses
    assert "Active object#12ab34" in uses
    texts = page.classed("theme-texts")[0].words
    assert "Properties2.0 : 1poor" in texts
    assert "None" in page.classed("ext-none")[0].words
    assert "object active" in open_page(client, f"{PAGE}does/").classed("theme-all")[1].words
    assert ThemeFile.objects.count() == 1


def test_the_window_is_svg_without_styles(client: Client, owner: User, moderator: User) -> None:
    publish(owner, moderator)

    answer = client.get(f"{PAGE}theme.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    svg = answer.content.decode()
    ElementTree.fromstring(svg)
    assert "#12ab34" in svg
    assert not re.search("style|script|var\\(|on\\w+=", svg)
    seen = client.get(f"{PAGE}theme.svg?see=without-red-and-green").content.decode()
    assert "feColorMatrix" in seen
    assert "feColorMatrix" not in svg


def test_colours_of_people_without_green_cones_stay_grey_where_they_were() -> None:
    values = re.findall(
        "-?[0-9.]+",
        standalone_picture(ThemeColors({}), as_deuteranope=True).split('values="')[1].split('"')[0],
    )
    rows = [[float(one) for one in values[at : at + 3]] for at in (0, 5, 10)]
    assert [round(sum(row), 4) for row in rows] == [1, 1, 1]


@pytest.mark.parametrize(
    "colors",
    [
        {"a.b": "url(#x)"},
        {'a"><script>': "#000000"},
        {"a.b": '#000000" onload="x'},
        {"a.b": None},
        [1, 2],
        "no",
    ],
)
def test_what_a_process_returns_that_is_no_colour_is_left_out(
    client: Client, owner: User, moderator: User, monkeypatch: pytest.MonkeyPatch, colors: object
) -> None:
    answer = SimpleNamespace(value={"colors": colors})
    publish(owner, moderator)
    monkeypatch.setattr(themes, "call_isolated", lambda *_: answer)

    assert "theme-uses" not in open_page(client, PAGE).html
    assert client.get(f"{PAGE}theme.svg").status_code == 404
    assert ThemeFile.objects.get().colors == {}


def test_other_types_and_hidden_themes_have_no_window(
    client: Client, owner: User, moderator: User
) -> None:
    factories.make_approved(owner, moderator)
    assert client.get("/extensions/gear_tool/theme.svg").status_code == 404
    assert "theme-window" not in open_page(client, "/extensions/gear_tool/").html
    waiting = factories.make_waiting(
        owner, id="night", name="Night", type="theme", files={"theme.xml": XML}
    )
    index_version(waiting)
    assert client.get(f"{PAGE}theme.svg").status_code == 404
