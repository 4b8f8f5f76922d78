"""Many small extensions for tests of load: real packages, plain texts, a few pictures for all."""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, product
from pathlib import Path

from django.utils import timezone

from extery.author.build.execute import build
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Image, Version
from extery_site.demo.people import SIGN_INS
from extery_site.demo.pictures.canvas import Canvas
from extery_site.demo.stories import stories
from extery_site.demo.theme_xml import Palette, theme_file
from extery_site.moderation import actions as moderation
from extery_site.publish import actions as publish

_FIRST = (
    *(
        "Amber",
        "Birch",
        "Cobalt",
        "Dune",
        "Ember",
        "Fathom",
        "Granite",
        "Hazel",
        "Indigo",
        "Juniper",
    ),
    *("Kelp", "Larch", "Mossy", "Nimbus", "Ochre", "Plum", "Quartz", "Rowan", "Slate", "Tidal"),
)
_SECOND = ("Lattice", "Spindle", "Gauge", "Ladder", "Hinge", "Ribbon", "Needle", "Basin", "Trellis", "Awning")  # fmt: skip
_TAGS = ("Object", "Mesh", "Scene", "Modeling", "Animation", "Render")
_COLOURS = ("#33478f", "#2f9a83", "#c2784e", "#8d6fc0", "#5a9fb5", "#b7656b")

_MANIFEST = """\
schema_version = "1.0.0"
id = "{id}"
version = "{version}"
name = "{name}"
tagline = "A small extension for tests of load"
maintainer = "{maintainer}"
type = "{type}"
tags = ["{tag}"]
blender_version_min = "{low}"
{high}license = ["SPDX:GPL-3.0-or-later"]
"""

_ADD_ON = '''\
"""Adds an empty named {name}."""

import bpy


class AddEmpty(bpy.types.Operator):
    """Add an empty named {name}"""

    bl_idname = "object.{id}_add"
    bl_label = "{name}"
    bl_options = {{"REGISTER", "UNDO"}}

    def execute(self, context):
        context.collection.objects.link(bpy.data.objects.new("{name}", None))
        return {{"FINISHED"}}


def register():
    bpy.utils.register_class(AddEmpty)


def unregister():
    bpy.utils.unregister_class(AddEmpty)
'''


@dataclass(frozen=True)
class _Member:
    """One of the crowd."""

    name: str
    number: int

    @property
    def id(self) -> str:
        return self.name.lower().replace(" ", "_")

    @property
    def type(self) -> str:
        return "theme" if self.number % 5 == 4 else "add-on"

    @property
    def ranges(self) -> tuple[tuple[str, str, str], ...]:
        """Version, oldest Blender, and the first that does not fit; every third has two versions."""
        if self.number % 3 or self.type == "theme":
            return (("1.0.0", "4.2.0", "5.0.0" if self.type == "theme" else ""),)
        return (("1.0.0", "4.2.0", "5.0.0"), ("2.0.0", "5.0.0", ""))


def add_crowd(count: int, people: Mapping[str, User]) -> None:
    """Publish ``count`` extensions, at most as many as there are names."""
    apart = {name for name, _, _ in SIGN_INS}
    authors = [user for name, user in people.items() if not user.is_moderator and name not in apart]
    by = next(user for user in people.values() if user.is_moderator)
    palettes = [Palette.from_table(story.palette) for story in stories() if story.is_theme]
    names = islice((" ".join(words) for words in product(_FIRST, _SECOND)), count)
    luck = random.Random("crowd")  # noqa: S311 (no secret)
    images: dict[str, Image] = {}
    with tempfile.TemporaryDirectory(prefix="extery-crowd-") as folder:
        for number, name in enumerate(names):
            member, owner = _Member(name, number), authors[number % len(authors)]
            palette = palettes[number % len(palettes)]
            for package in _packages(member, owner, palette, Path(folder)):
                draft = publish.receive_upload(
                    file=io.BytesIO(package.read_bytes()), name=package.name, user=owner
                )
                if draft.extension.image is None:
                    _complete(draft.extension, owner, _COLOURS[number % len(_COLOURS)], images)
                publish.submit(version=draft.version, by=owner)
                version = draft.version
                moderation.approve_version(version=version, packages=version.package_hashes, by=by)
            _date(draft.extension, luck)


def _packages(member: _Member, owner: User, palette: Palette, folder: Path) -> Iterator[Path]:
    for version, low, high in member.ranges:
        source = folder / f"{member.id}-{version}"
        source.mkdir()
        manifest = _MANIFEST.format(
            id=member.id,
            version=version,
            name=member.name,
            maintainer=owner.display_name,
            type=member.type,
            tag="Dark" if member.type == "theme" else _TAGS[member.number % len(_TAGS)],
            low=low,
            high=f'blender_version_max = "{high}"\n' if high else "",
        )
        (source / "blender_manifest.toml").write_text(manifest, encoding="utf-8", newline="\n")
        if member.type == "theme":
            (source / f"{member.id}.xml").write_bytes(theme_file(palette, "4.2"))
        else:
            code = _ADD_ON.format(id=member.id, name=member.name)
            (source / "__init__.py").write_text(code, encoding="utf-8", newline="\n")
        yield from (built.path for built in build(source, output_dir=folder))


def _complete(extension: Extension, owner: User, colour: str, images: dict[str, Image]) -> None:
    """Describe it, and give it the picture of its colour: drawn and stored once, shown by many."""
    publish.update_draft(
        extension=extension,
        by=owner,
        description="One of many, made for tests of load. It adds an empty, or paints the window.",
        image=io.BytesIO(_picture(colour)) if colour not in images else None,
        alt_text="A plain colour",
    )
    extension.refresh_from_db()
    if extension.image is not None:
        images[colour] = extension.image
        return
    first = images[colour]
    extension.image = Image.objects.create(
        file=first.file.name,
        small=first.small.name,
        large=first.large.name,
        width=first.width,
        height=first.height,
        alt_text=first.alt_text,
    )
    extension.save()


def _picture(colour: str) -> bytes:
    canvas = Canvas(colour)
    canvas.circle((960, 540), 320, "#ffffff", 0.25)
    return canvas.png()


def _date(extension: Extension, luck: random.Random) -> None:
    """Spread the crowd over the last year."""
    days = sorted((luck.uniform(2, 330) for _ in range(2)), reverse=True)
    made, shown = (timezone.now() - timedelta(days=day) for day in days)
    downloads = round(10 ** luck.uniform(0.5, 3.5))
    Extension.objects.filter(pk=extension.pk).update(
        created_at=made, approved_at=shown, published_at=shown, download_count=downloads
    )
    Version.objects.filter(extension=extension).update(
        created_at=made, submitted_at=made, approved_at=shown
    )
    extension.events.update(created_at=shown)
