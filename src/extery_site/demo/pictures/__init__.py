"""The featured image of each extension, drawn here: the same every time, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable

from extery_site.demo.pictures import light, modelling, motion, paper
from extery_site.demo.pictures.canvas import Canvas
from extery_site.demo.pictures.window import window
from extery_site.demo.stories import Story
from extery_site.demo.theme_xml import Palette

_DRAWINGS: dict[str, Callable[[], Canvas]] = {
    "beat_marker": motion.beats,
    "comic_gutters": paper.comic,
    "contact_prints": paper.prints,
    "cordage": modelling.rope,
    "darkroom": light.darkroom,
    "folder_door": paper.doors,
    "lantern_kit": light.lanterns,
    "mesh_ledger": modelling.ledger,
    "name_loom": motion.names,
    "pebble_scatter": modelling.stones,
    "pose_echo": motion.echo,
    "ring_table": modelling.ring,
    "scene_sweeper": motion.sweep,
    "shot_slate": paper.slate,
    "sky_dial": light.sky,
    "stair_smith": modelling.stairs,
    "swatch_bench": light.swatches,
    "tape_and_chalk": modelling.chalk,
    "texel_compass": modelling.texels,
    "turntable_desk": motion.turntable,
}


def picture(story: Story) -> bytes | None:
    """A PNG of 1920 × 1080; none where the story has no image yet."""
    if not story.alt_text:
        return None
    if story.is_theme:
        return window(Palette.from_table(story.palette), story.id).png()
    return _DRAWINGS[story.id]().png()
