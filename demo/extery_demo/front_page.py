"""What the start page of the demo shows besides the extensions: editor's picks, and downloads of the last two weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

from extery_site.accounts.models import User
from extery_site.catalog.models import EditorsPick, Extension
from extery_site.catalog.picks import pick_extension
from extery_site.catalog.rising import find_rising
from extery_site.statistics.recording import Download, add_to_day

#: Id -> what a moderator says about it; the last one is shown first.
PICKS = {
    "turntable_desk": "A turntable in one click, with a frame rate that client reviews ask for.",
    "comic_gutters": "Page layout for people who draw: panels stay where you put them.",
    "name_loom": "Renames a whole scene by one pattern, and shows the result before it does it.",
    "sky_dial": "Sunlight of a real place at a real hour. Lights an exterior in a minute.",
    "pebble_scatter": "One small node group and nothing to bake: how a first add-on with geometry nodes should feel.",
}
#: Id -> downloads a day in the week before, and in the last one.
DOWNLOADS = {
    "pose_echo": (41, 77),
    "lantern_kit": (96, 126),
    "darkroom": (58, 82),
    "stair_smith": (84, 98),
    "scene_sweeper": (77, 97),
    "texel_compass": (60, 65),
    "contact_prints": (44, 50),
    "swatch_bench": (29, 33),
    "mesh_ledger": (18, 21),
    "pebble_scatter": (110, 108),
    "turntable_desk": (34, 31),
    "sky_dial": (19, 18),
    "name_loom": (52, 47),
}
_DAYS = 14


def add_front_page(moderator: User, now: datetime) -> None:
    """Choose the picks, and write the downloads of the days before ``now``."""
    extensions = {
        one.extension_id: one
        for one in Extension.objects.browsable().select_related("newest_version")
    }
    for at, (extension_id, text) in enumerate(PICKS.items()):
        if extension_id in extensions:
            pick = pick_extension(extension_id=extension_id, by=moderator, text=text)
            chosen = now - timedelta(hours=2 * (len(PICKS) - at))
            EditorsPick.objects.filter(pk=pick.pk).update(created_at=chosen)
    for day in range(1, _DAYS + 1):
        downloads = {
            Download(
                extensions[extension_id].pk, _newest(extensions[extension_id]), "5.3"
            ): numbers[day <= _DAYS // 2]
            for extension_id, numbers in DOWNLOADS.items()
            if extension_id in extensions
        }
        add_to_day(downloads, day=now.date() - timedelta(days=day))
    find_rising()


def _newest(extension: Extension) -> str:
    return extension.newest_version.number if extension.newest_version else ""
