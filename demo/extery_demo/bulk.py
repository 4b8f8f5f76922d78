"""Adds many small extensions for load tests: real packages that share a few images."""

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
from extery_demo.pictures.canvas import Canvas
from extery_demo.scenarios import scenarios
from extery_demo.theme_xml import Palette, theme_file
from extery_demo.users import SIGN_INS
from extery_site.accounts.models import User
from extery_site.catalog.models import Extension, Image, Version
from extery_site.moderation import decisions as moderation
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
tagline = "A small extension for load tests"
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
class _BulkExtension:
    """One of the generated extensions."""

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
        """Version, minimum and maximum Blender; every third extension has two versions."""
        if self.number % 3 or self.type == "theme":
            return (("1.0.0", "4.2.0", "5.0.0" if self.type == "theme" else ""),)
        return (("1.0.0", "4.2.0", "5.0.0"), ("2.0.0", "5.0.0", ""))


def add_extensions(count: int, users: Mapping[str, User]) -> None:
    """Publish ``count`` extensions, at most 200."""
    excluded = {name for name, _, _ in SIGN_INS}
    authors = [
        user
        for name, user in users.items()
        if not (user.is_moderator or user.is_suspended or name in excluded)
    ]
    by = next(user for user in users.values() if user.is_moderator)
    palettes = [Palette.from_table(item.palette) for item in scenarios() if item.is_theme]
    names = islice((" ".join(words) for words in product(_FIRST, _SECOND)), count)
    rng = random.Random("bulk")  # noqa: S311 (not for secrets)
    images: dict[str, Image] = {}
    with tempfile.TemporaryDirectory(prefix="extery-bulk-") as folder:
        for number, name in enumerate(names):
            item, owner = _BulkExtension(name, number), authors[number % len(authors)]
            palette = palettes[number % len(palettes)]
            for package in _packages(item, owner, palette, Path(folder)):
                draft = publish.receive_upload(
                    file=io.BytesIO(package.read_bytes()), name=package.name, user=owner
                )
                if draft.extension.image is None:
                    _complete_draft(
                        draft.extension, owner, _COLOURS[number % len(_COLOURS)], images
                    )
                publish.submit(version=draft.version, by=owner)
                version = draft.version
                moderation.approve_version(version=version, packages=version.package_hashes, by=by)
            _set_dates(draft.extension, rng)


def _packages(item: _BulkExtension, owner: User, palette: Palette, folder: Path) -> Iterator[Path]:
    for version, low, high in item.ranges:
        source = folder / f"{item.id}-{version}"
        source.mkdir()
        manifest = _MANIFEST.format(
            id=item.id,
            version=version,
            name=item.name,
            maintainer=owner.display_name,
            type=item.type,
            tag="Dark" if item.type == "theme" else _TAGS[item.number % len(_TAGS)],
            low=low,
            high=f'blender_version_max = "{high}"\n' if high else "",
        )
        (source / "blender_manifest.toml").write_text(manifest, encoding="utf-8", newline="\n")
        if item.type == "theme":
            (source / f"{item.id}.xml").write_bytes(theme_file(palette, "4.2"))
        else:
            code = _ADD_ON.format(id=item.id, name=item.name)
            (source / "__init__.py").write_text(code, encoding="utf-8", newline="\n")
        yield from (built.path for built in build(source, output_dir=folder))


def _complete_draft(
    extension: Extension, owner: User, colour: str, images: dict[str, Image]
) -> None:
    """Set the description and the image. Extensions of one colour share the stored files."""
    publish.update_draft(
        extension=extension,
        by=owner,
        description="Generated for load tests. Adds an empty, or sets the colours of the interface.",
        image=io.BytesIO(_draw_image(colour)) if colour not in images else None,
        alt_text="A plain colour",
    )
    extension.refresh_from_db()
    if extension.image is not None:
        images[colour] = extension.image
        return
    first = images[colour]
    extension.image = Image.objects.create(
        file=first.file,
        small=first.small,
        large=first.large,
        width=first.width,
        height=first.height,
        alt_text=first.alt_text,
    )
    extension.save()


def _draw_image(colour: str) -> bytes:
    canvas = Canvas(colour)
    canvas.circle((960, 540), 320, "#ffffff", 0.25)
    return canvas.png()


def _set_dates(extension: Extension, rng: random.Random) -> None:
    """Distribute the extensions over the last year."""
    days = sorted((rng.uniform(2, 330) for _ in range(2)), reverse=True)
    created, approved = (timezone.now() - timedelta(days=day) for day in days)
    downloads = round(10 ** rng.uniform(0.5, 3.5))
    Extension.objects.filter(pk=extension.pk).update(
        created_at=created, approved_at=approved, published_at=approved, download_count=downloads
    )
    Version.objects.filter(extension=extension).update(
        created_at=created, submitted_at=created, approved_at=approved
    )
    extension.events.update(created_at=approved)
