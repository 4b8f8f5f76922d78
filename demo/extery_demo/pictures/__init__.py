"""Covers and galleries of the demo extensions, drawn at run time and reproducible."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from extery_demo.pictures import libraries, light, meshes, modelling, motion, paper
from extery_demo.pictures.canvas import Canvas
from extery_demo.pictures.film import draw_day
from extery_demo.pictures.window import draw_window
from extery_demo.scenarios import Scenario
from extery_demo.theme_xml import Palette

_DRAWINGS: dict[str, Callable[[], Canvas]] = {
    "beat_marker": motion.draw_beats,
    "brick_and_bark": libraries.draw_materials,
    "comic_gutters": paper.draw_comic,
    "contact_prints": paper.draw_prints,
    "cordage": modelling.draw_rope,
    "darkroom": light.draw_darkroom,
    "dry_brushes": libraries.draw_strokes,
    "field_kit": libraries.draw_farm,
    "folder_door": paper.draw_doors,
    "lantern_kit": light.draw_lanterns,
    "mesh_ledger": meshes.draw_ledger,
    "name_loom": motion.draw_names,
    "pebble_scatter": modelling.draw_stones,
    "pose_echo": motion.draw_echo,
    "ring_table": modelling.draw_ring,
    "scene_sweeper": motion.draw_sweep,
    "shot_slate": paper.draw_slate,
    "sky_dial": light.draw_sky,
    "stair_smith": modelling.draw_stairs,
    "swatch_bench": light.draw_swatches,
    "tape_and_chalk": meshes.draw_chalk,
    "texel_compass": meshes.draw_texels,
    "turntable_desk": motion.draw_turntable,
}


def draw_image(scenario: Scenario) -> bytes | None:
    """Return a PNG of 1920 × 1080, or ``None`` if the scenario has no image."""
    if not scenario.alt_text:
        return None
    if scenario.is_theme:
        return draw_window(Palette.from_table(scenario.palette), scenario.id).png()
    return _DRAWINGS[scenario.id]().png()


class Drawn(NamedTuple):
    """A picture after the cover as PNG; of a film also the file, as WebM."""

    alt_text: str
    picture: bytes
    film: bytes | None = None


def draw_gallery(scenario: Scenario) -> list[Drawn]:
    """Return what the gallery of a scenario has after its cover."""
    if not scenario.pictures:
        return []
    canvas, drawn = _DRAWINGS[scenario.id](), []
    for planned in scenario.pictures:
        if planned.film:
            film, poster = draw_day()
            drawn.append(Drawn(planned.alt_text, poster, film))
        else:
            drawn.append(Drawn(planned.alt_text, canvas.detail(planned.at)))
    return drawn
