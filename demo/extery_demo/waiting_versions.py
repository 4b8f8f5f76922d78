"""The versions in the queue, from `extery_demo.waiting`: what they change, and what was said and decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from extery_demo.reviews import ReviewStep
from extery_demo.waiting_sources import COURIER, LOOM, SHAPES, STATIONS


@dataclass(frozen=True)
class WaitingVersion:
    """A version in the queue. Times are in days before the site is seeded."""

    id: str
    owner: str
    number: str
    submitted: float
    notes: str
    files: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] = field(default_factory=dict)
    wheel: str = ""
    """The name of a wheel to add."""
    edits: tuple[tuple[str, str, str], ...] = ()
    """Replacements in an update: file, text in the approved version, text in this one."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys to add to the manifest, which Blender does not know."""
    name: str = ""
    """The name of a new extension; empty for an update."""
    tagline: str = ""
    review: tuple[ReviewStep, ...] = ()
    claimed_by: str = ""
    seen: tuple[str, ...] = ()
    """Changed files that the moderator who claimed it has marked as seen."""


VERSIONS = (
    WaitingVersion(
        "mesh_courier",
        "bela",
        "0.9.0",
        2.05,
        "The first version that I dare to show.",
        {"__init__.py": COURIER},
        {"network": "Sends the mesh that you choose to the address that you type"},
        keys={"parcel_format": "1"},
        name="Mesh Courier",
        tagline="Hand a mesh to a colleague without saving a file",
        review=(
            ReviewStep(
                1.6,
                "bela",
                "dispute",
                "The desk on the other side reads the format of the parcels from the manifest. Blender ignores it.",
                code="manifest.key.unknown",
            ),
            ReviewStep(0.9, "imani", "accept"),
        ),
    ),
    WaitingVersion(
        "l00m",
        "quickaddons7",
        "1.0.0",
        1.3,
        "Fast naming for everyone!",
        {"__init__.py": LOOM},
        name="L00m",
        tagline="Names objects after their collection",
    ),
    WaitingVersion(
        "sky_dial",
        "aino",
        "1.1.0",
        3.6,
        "Clouds: the sun is softer when the nearest weather station reports them.",
        {"stations.py": STATIONS},
        {"network": "Asks a weather station how cloudy the sky is"},
        wheel="solar_terms",
        keys={"station_terms": "https://stations.sky-dial.example/terms"},
        review=(
            ReviewStep(
                3.2,
                "priya",
                "comment",
                "Waiting for this one. What happens on a train, without a network?",
            ),
            ReviewStep(
                3.1,
                "aino",
                "comment",
                "Then the sky counts as clear, as in 1.0.0. It gives up after five seconds.",
            ),
            ReviewStep(
                2.4,
                "oskar",
                "try",
                "The shadows turned soft within a second. It also asks when online access is switched off in the preferences.",
                tried=("partly", "5.0", "linux-x64"),
            ),
            ReviewStep(
                1.9,
                "imani",
                "try",
                "A station in the mountains answers without a value for clouds. The panel stays empty, and the console says "
                "`KeyError: 'cloudiness'`.",
                tried=("fails", "4.2", "macos-arm64"),
            ),
            ReviewStep(
                1.8,
                "imani",
                "task",
                "Treat an answer without cloudiness like no answer",
                place=("stations.py", 15),
            ),
            ReviewStep(
                1.8,
                "imani",
                "comment",
                "`KeyError` and `ValueError` are not caught here, so a strange answer stops the whole panel.",
                place=("stations.py", 15),
            ),
            ReviewStep(
                1.5,
                "aino",
                "dispute",
                "The line names the terms of the stations, for people who read the manifest. Blender ignores it.",
                code="manifest.key.unknown",
            ),
            ReviewStep(
                1.2,
                "imani",
                "keep",
                "Few people read manifests. Please name the terms in the description, where everyone sees them.",
            ),
            ReviewStep(
                1.2,
                "imani",
                "task",
                "Move the terms of the stations from the manifest to the description",
                code="manifest.key.unknown",
            ),
            ReviewStep(
                0.1,
                "moderator",
                "task",
                "Ask the station only if online access is allowed",
                place=("stations.py", 14),
            ),
            ReviewStep(
                0.09,
                "moderator",
                "note",
                "The stations belong to Aino's own server. The wheel is plain Python, and I have read all of it.",
            ),
        ),
        claimed_by="moderator",
        seen=("blender_manifest.toml", "wheels/solar_terms-1.0.0-py3-none-any.whl"),
    ),
    WaitingVersion(
        "harbour_dusk",
        "luz",
        "2.1.1",
        1.1,
        "The names of the colours, corrected.",
        review=(
            ReviewStep(
                0.3,
                "imani",
                "approve first",
                "Only the manifest changes. I installed it on 5.3 over 2.1.0, and everything stays as it was.",
            ),
        ),
    ),
    WaitingVersion(
        "pebble_scatter",
        "kenji",
        "1.2.0",
        0.8,
        "Three shapes of stones.",
        {"shapes.py": SHAPES},
        review=(
            ReviewStep(0.35, "imani", "approve", "Small and clean."),
            ReviewStep(0.345, "imani", "undo"),
            ReviewStep(
                0.343,
                "imani",
                "comment",
                "Sorry for the back and forth: `shapes.py` is in the package, but nothing imports it. Is a file missing?",
            ),
        ),
    ),
    WaitingVersion(
        "pose_echo",
        "tove",
        "2.1.0",
        1.25,
        "Echoes can be saved beside the blend file.",
        {"store.py": "# SPDX-License-Identifier: GPL-3.0-or-later\nFOLDER = '//echoes'\n"},
        {"files": "Saves echoes"},
        review=(
            ReviewStep(
                0.78, "imani", "task", "Say in the release notes what happens to old echoes"
            ),
            ReviewStep(
                0.77, "imani", "task", "Write where echoes are saved into the reason of files"
            ),
            ReviewStep(0.75, "imani", "ask", "Two small things, then it can go out."),
            ReviewStep(
                0.4, "tove", "done", "Nothing happens to them: they are in the scene, as before."
            ),
        ),
        claimed_by="imani",
    ),
    WaitingVersion(
        "mesh_ledger",
        "kenji",
        "1.1.1",
        0.06,
        "The small faces of scanned meshes no longer count as faces without area.",
        edits=(("__init__.py", "TINY = 1e-8", "TINY = 1e-10"),),
        review=(ReviewStep(0.05, "", "plan"),),
    ),
    WaitingVersion("riso_room", "luz", "2.1.2", 0.2, "The names of the inks, corrected."),
    WaitingVersion("paper_lantern", "luz", "2.2.2", 0.1, "A better contrast of the outliner."),
)
