"""The table of themes is that of real Blenders, and files are read by it as Blender reads them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from extery.core.versions import BlenderSeries
from extery.package.theme_settings import compare_settings, parse_elements
from extery.package.theme_structure import DATA_FILE, Member, known_series, theme_structure
from tests.blender.install import VERSIONS
from tests.blender.theme_structure import dump_table, make_table, run_worker
from tests.parts import require_part
from tests.sampled import some_blenders

SERIES = dict(zip(VERSIONS, known_series(), strict=True))
VALUES = {"float": "0.5", "int": "1", "boolean": "TRUE", "array": "#11223344", "string": "x"}
ODD_VALUES = [
    *("0.5", "1", "TRUE", "#112233", "#12", "#", "#zz1122", "x", "", "1 2 3", "0.1 0.2", "1 TRUE"),
    *("TRUE FALSE", " 3 ", "1e3", "NONE", "LINEAR", "-1", "nan"),
]

pytestmark = pytest.mark.blender


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Themes of every Blender, some with mistakes."""
    folder = tmp_path_factory.mktemp("themes")
    paths = []
    for number in range(60):
        paths.append(folder / f"{number}.xml")
        paths[-1].write_text(_Generator(number).theme())
    return paths


def test_the_table_equals_the_structures_of_all_blenders() -> None:
    for version in VERSIONS:
        require_part(f"blender-{version}")

    table = make_table({version: run_worker(version) for version in VERSIONS})

    assert dump_table(table) == DATA_FILE.read_text("utf-8"), (
        "run: python -m tests.blender.theme_structure"
    )


@pytest.mark.parametrize("version", some_blenders())
def test_a_blender_ignores_the_named_attributes_and_stops_at_the_named_values(
    version: str, files: list[Path]
) -> None:
    require_part(f"blender-{version}")
    failed = noisy = 0

    for path, loaded in zip(files, run_worker(version, files), strict=True):
        compared = compare_settings(
            parse_elements(path.read_bytes()), theme_structure(SERIES[version])
        )
        assert bool(compared.bad) == (loaded["error"] is not None), (path.read_text(), loaded)
        failed += bool(compared.bad)
        if not compared.bad:
            unknown = [item.name for item in compared.unknown if item.attribute]
            # Of an element in place of an attribute it prints what is in it, such as "bool.odd".
            printed = [
                line
                for line in loaded["lines"]
                if line.endswith(" not found") and line[0].isupper()
            ]
            assert [f"{name} not found" for name in unknown] == printed
            noisy += bool(unknown)

    assert failed > 5
    assert noisy > 5


@pytest.mark.parametrize("version", some_blenders())
def test_a_theme_that_a_blender_exports_is_known_to_it(version: str, tmp_path: Path) -> None:
    series = SERIES[version]
    (tmp_path / "all.xml").write_text(_Generator(0, omitted=0.0, mistakes=0.0).theme(series))

    compared = compare_settings(
        parse_elements((tmp_path / "all.xml").read_bytes()), theme_structure(series)
    )

    assert (compared.unknown, compared.bad) == ([], [])
    assert json.loads(DATA_FILE.read_text("utf-8"))["blenders"] == list(VERSIONS)


class _Generator:
    """Writes theme files; ``mistakes`` is the probability of one in each element."""

    def __init__(self, seed: int, *, omitted: float = 0.3, mistakes: float = -1.0) -> None:
        self.random = random.Random(seed)
        self.omitted = omitted
        self.mistakes = self.random.choice([0.0, 0.01, 0.05]) if mistakes < 0 else mistakes
        structures = [theme_structure(series) for series in known_series()]
        self.types = sorted({name for structure in structures for name in structure.types})
        self.names = sorted(
            {n for s in structures for members in s.types.values() for n in members}
        )

    def theme(self, series: BlenderSeries | None = None) -> str:
        series = series or self.random.choice(known_series())
        roots = (self._struct(series, name) for name in ("Theme", "ThemeStyle"))
        return f"<bpy>{''.join(roots)}</bpy>"

    def _happens(self, probability: float) -> bool:
        return self.random.random() < probability

    def _struct(self, series: BlenderSeries, type_: str) -> str:
        attributes: dict[str, str] = {}
        children = []
        for name, member in theme_structure(series).types[type_].items():
            if self._happens(self.omitted):
                continue
            if member.kind in ("struct", "list"):
                children.append(self._member(series, name, member))
            elif member.is_exported:
                value = VALUES.get(member.kind) or member.choices[0]
                odd = self._happens(self.mistakes / 5)
                attributes[name] = self.random.choice(ODD_VALUES) if odd else value
        if self._happens(self.mistakes):
            name = self.random.choice(self.names)
            attributes.setdefault(name, self.random.choice(ODD_VALUES))
        if self._happens(self.mistakes / 2):
            name = self.random.choice(self.names)
            children.append(f'<{name}><{self.random.choice(self.types)} odd="1"/></{name}>')
        texts = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
        return f"<{type_} {texts}>{''.join(children)}</{type_}>"

    def _member(self, series: BlenderSeries, name: str, member: Member) -> str:
        count = member.length if member.kind == "list" else 1
        items = [self._struct(series, member.type) for _ in range(count)]
        if self._happens(self.mistakes):
            items.pop()
        return f"<{name}>{''.join(items)}</{name}>"
