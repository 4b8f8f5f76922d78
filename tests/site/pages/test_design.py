"""Design checks: contrast, names in use exist, no inline scripts and styles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import extery_site
from tests.contrast import contrast

SITE = Path(extery_site.__file__).parent
CSS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (SITE / "ui" / "static" / "css").iterdir()
}
TEMPLATES = {
    path.relative_to(SITE): path.read_text(encoding="utf-8")
    for path in SITE.glob("*/templates/**/*.html")
    # Mail programs do not load style sheets: those of e-mails have styles of their own.
    if path.parent.name != "mail"
}
TOKENS = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", CSS["tokens.css"]))
ICONS = (SITE / "ui" / "static" / "icons" / "icons.svg").read_text(encoding="utf-8")

GROUNDS = ("paper", "surface", "sunken", "raised")
#: Pairs of text and background in the style sheets.
TEXTS = (
    *((text, ground) for text in ("ink", "ink-soft", "viridian", "madder") for ground in GROUNDS),
    *((pigment, f"{pigment}-wash") for pigment in ("viridian", "ochre", "madder", "ultramarine")),
    *(("ink", f"{pigment}-wash") for pigment in ("viridian", "ochre", "madder", "ultramarine")),
    ("ink-soft", "viridian-wash"),
    ("on-pigment", "viridian"),
    ("on-pigment", "madder"),
    *(("ink", ground) for ground in ("diff-add", "diff-add-mark", "diff-del", "diff-del-mark")),
    *((text, "note-wash") for text in ("ink", "ink-soft", "ochre")),
    ("on-pigment", "viridian-strong"),
    ("viridian-strong", "paper"),
)
#: Borders of fields and marks of states, which need a contrast of three to one.
EDGES = (
    *(("line-strong", "raised"), ("line-strong", "surface"), ("viridian", "paper")),
    *(("star", "paper"), ("star", "surface"), ("ours", "surface"), ("theirs", "surface")),
)


def colours(name: str) -> tuple[str, str]:
    """Return the light and the dark value of a design token."""
    match = re.fullmatch(r"light-dark\((#\w{6}), (#\w{6})\)", TOKENS[f"--{name}"])
    assert match, name
    return match[1], match[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_has_enough_contrast(text: str, ground: str, theme: int) -> None:
    assert contrast(colours(text)[theme], colours(ground)[theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_borders_have_enough_contrast(edge: str, ground: str, theme: int) -> None:
    assert contrast(colours(edge)[theme], colours(ground)[theme]) >= 3


def test_every_design_token_in_use_exists() -> None:
    used = set(re.findall(r"var\((--[\w-]+)", "".join(CSS.values())))
    own = set(re.findall(r"(--[\w-]+):", "".join(CSS.values())))
    assert used <= own


def test_every_icon_in_use_exists() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', ICONS))
    used = set(re.findall(r'{% icon "([\w-]+)"', "".join(TEMPLATES.values())))
    from extery.core.types import TYPES
    from extery_site.ui.labels import EVENTS, PERMISSIONS

    used |= {type_.icon for type_ in TYPES}
    used |= {event.icon for event in EVENTS.values()}
    used |= {permission.icon for permission in PERMISSIONS.values()}
    assert used <= drawn


def test_every_event_kind_has_a_label() -> None:
    from extery_site.catalog.models import Event
    from extery_site.ui.labels import EVENTS

    assert set(EVENTS) == set(Event.Kind.values)


@pytest.mark.parametrize("name", TEMPLATES, ids=str)
def test_templates_have_no_inline_scripts_or_styles(name: Path) -> None:
    text = TEMPLATES[name]
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    scripts = re.findall(r"<script(?! type=\"application/(?:ld\+)?json\")[^>]*>", text)
    assert all("src=" in tag for tag in scripts)


def test_every_static_file_that_a_template_names_exists() -> None:
    named = set(re.findall(r'{% static "([^"]+)"', "".join(TEMPLATES.values())))
    assert {"css/tokens.css", "js/theme.js", "icons/favicon.svg"} <= named
    from django.contrib.staticfiles import finders

    missing = [name for name in named if not finders.find(name)]
    assert not missing


def test_pages_load_nothing_from_other_hosts() -> None:
    # The XML namespace of SVG is a URL that is never fetched.
    foreign = re.compile(r"(?:url\(|@import|src=)\s*[\"']?(?:https?:)?//")
    texts = [*CSS.values(), *TEMPLATES.values()]
    assert len(texts) > 40
    for text in texts:
        assert not foreign.search(text)


def test_all_scripts_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (SITE / "ui" / "static" / "js").iterdir()}
    # Pages of their own load these: resumable uploads, and texts that are saved while one types.
    for name in ("submit-files.js", "submit-page.js"):
        assert sizes.pop(name) < 12_000
    assert sum(sizes.values()) < 32_000


def test_reduced_motion_is_respected() -> None:
    assert "prefers-reduced-motion: reduce" in CSS["base.css"]
