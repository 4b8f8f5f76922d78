"""Generates a folder of packages with the same bytes on every machine: by default 5,000 of 2.4 GB.

Sizes are distributed like those of real extensions: log-normal around 64 KB, and 28 of 1,000 have a
wheel of 5 to 20 MB. The folder is created once, in the user's cache.

    python benchmarks/packages.py [--count 5000] [--bytes 2400000000] [FOLDER]
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import random
import zipfile
from pathlib import Path

COUNT = 5000
BYTES = 2_400_000_000
_MEDIAN = 64_000
_SIGMA = 1.19
_WITH_WHEEL = 0.028
_AUTHORS = 600
_WORDS = [
    "add",
    "align",
    "animate",
    "array",
    "asset",
    "bake",
    "bevel",
    "blend",
    "bone",
    "brush",
    "cache",
    "camera",
    "carve",
    "chain",
    "cloth",
    "cloud",
    "collect",
    "colour",
    "compose",
    "constraint",
    "copy",
    "crowd",
    "curve",
    "cut",
    "deform",
    "detail",
    "displace",
    "draw",
    "driver",
    "edge",
    "edit",
    "emit",
    "export",
    "extrude",
    "face",
    "fast",
    "fill",
    "film",
    "filter",
    "fix",
    "flow",
    "fluid",
    "fold",
    "frame",
    "fur",
    "gear",
    "geometry",
    "glass",
    "grain",
    "graph",
    "grass",
    "grid",
    "group",
    "hair",
    "handle",
    "import",
    "inset",
    "join",
    "key",
    "lamp",
    "lattice",
    "layer",
    "leaf",
    "level",
    "light",
    "line",
    "link",
    "list",
    "lock",
    "loop",
    "map",
    "marker",
    "mask",
    "match",
    "material",
    "mesh",
    "metal",
    "mirror",
    "mix",
    "model",
    "motion",
    "move",
    "name",
    "node",
    "noise",
    "normal",
    "object",
    "offset",
    "organise",
    "paint",
    "panel",
    "particle",
    "path",
    "pattern",
    "pick",
    "pin",
    "pivot",
    "plane",
    "point",
    "pose",
    "preset",
    "preview",
    "project",
    "proxy",
    "quad",
    "random",
    "rename",
    "render",
    "rig",
    "rock",
    "rope",
    "rotate",
    "scale",
    "scatter",
    "scene",
    "sculpt",
    "seam",
    "select",
    "shade",
    "shape",
    "skin",
    "sky",
    "smooth",
    "snap",
    "snow",
    "sort",
    "sound",
    "split",
    "stack",
    "stone",
    "stroke",
    "studio",
    "surface",
    "swap",
    "sweep",
    "switch",
    "terrain",
    "text",
    "texture",
    "tile",
    "time",
    "tool",
    "track",
    "transfer",
    "tree",
    "trim",
    "twist",
    "unwrap",
    "vertex",
    "view",
    "volume",
    "wall",
    "water",
    "wave",
    "weight",
    "wind",
    "wire",
    "wood",
]
_TAGS = ("3D View", "Animation", "Import-Export", "Material", "Mesh", "Modeling", "Node", "Render")
_PLATFORMS = ("linux-x64", "macos-arm64", "macos-x64", "windows-x64")


def fill(folder: Path, *, count: int = COUNT, total: int = BYTES) -> Path:
    """Write ``count`` packages of about ``total`` bytes to ``folder``, unless it has them."""
    done = folder / ".made"
    wanted = f"4 {count} {total}"
    if done.is_file() and done.read_text() == wanted:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for number, size in enumerate(_sizes(count, total)):
        write_package(folder, number, size)
    done.write_text(wanted)
    return folder


def _sizes(count: int, total: int) -> list[int]:
    """Return the size of each package, the same for the same arguments; 0 means no payload."""
    chance = random.Random(f"sizes {count} {total}")
    sizes = [
        chance.uniform(5e6, 20e6)
        if number % 1000 < 1000 * _WITH_WHEEL
        else math.exp(chance.gauss(math.log(_MEDIAN), _SIGMA))
        for number in range(count)
    ]
    factor = total / sum(sizes)
    return [int(size * factor) for size in sizes]


def write_package(folder: Path, number: int, size: int, *, version: str = "") -> Path:
    """Write package ``number`` with about ``size`` bytes."""
    chance = random.Random(number)
    identifier = f"{chance.choice(_WORDS)}_{chance.choice(_WORDS)}_{number}"
    has_wheel = size > 4_000_000
    version = version or f"{chance.randrange(4)}.{chance.randrange(20)}.{chance.randrange(10)}"
    path = folder / f"{identifier}-{version}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        manifest = _manifest(chance, identifier, version, has_wheel=has_wheel)
        _add(archive, "blender_manifest.toml", manifest.encode(), zipfile.ZIP_DEFLATED)
        _add(archive, "__init__.py", b"def register():\n    pass\n", zipfile.ZIP_DEFLATED)
        left, member = size - 900, 0
        while left > 0:
            part = left if has_wheel else min(left, chance.randrange(2000, 40_000))
            name = f"wheels/{_wheel(identifier)}" if has_wheel else f"part_{member}.bin"
            data = chance.randbytes(part)
            if has_wheel:
                data = _wheel_file(identifier, data)
            _add(archive, name, data, zipfile.ZIP_STORED)
            left, member = left - part - 120, member + 1
    return path


def _add(archive: zipfile.ZipFile, name: str, data: bytes, method: int) -> None:
    info = zipfile.ZipInfo(name, (2024, 6, 1, 12, 0, 0))
    info.external_attr = 0o644 << 16
    archive.writestr(info, data, method)


def _wheel_file(identifier: str, data: bytes) -> bytes:
    """Return a wheel with one large file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        _add(archive, f"{identifier}/data.bin", data, zipfile.ZIP_STORED)
        for name in ("METADATA", "WHEEL", "RECORD"):
            _add(archive, f"{identifier}-1.0.0.dist-info/{name}", b"", zipfile.ZIP_STORED)
    return file.getvalue()


def _wheel(identifier: str) -> str:
    return f"{identifier}-1.0.0-cp311-cp311-manylinux_2_28_x86_64.whl"


def _manifest(chance: random.Random, identifier: str, version: str, *, has_wheel: bool) -> str:
    words = identifier.split("_")[:2]
    tagline = " ".join(chance.choices(_WORDS, k=6)).capitalize()
    people = random.Random(chance.randrange(_AUTHORS))  # authors have several extensions
    author = f"{people.choice(_WORDS)} {people.choice(_WORDS)}".title()
    lines: dict[str, object] = {
        "schema_version": "1.0.0",
        "id": identifier,
        "version": version,
        "name": " ".join(words).title(),
        "tagline": tagline,
        "maintainer": f"{author} <{author.split()[0].lower()}@example.org>",
        "type": "add-on",
        "blender_version_min": chance.choice(["4.2.0", "4.2.0", "4.3.0", "4.5.0", "5.0.0"]),
        "license": ["SPDX:GPL-3.0-or-later"],
        "website": f"https://example.org/{identifier}",
        "copyright": [f"{chance.randrange(2018, 2026)} {author}"],
        "tags": sorted(chance.sample(_TAGS, chance.randrange(1, 4))),
    }
    if has_wheel:
        lines["platforms"] = list(_PLATFORMS[: chance.randrange(1, 5)])
        lines["wheels"] = [f"./wheels/{_wheel(identifier)}"]
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())
    if chance.random() < 0.4:
        text += f'\n[permissions]\nfiles = "{" ".join(chance.choices(_WORDS, k=4)).capitalize()}"\n'
    return text


def cached(*, count: int = COUNT, total: int = BYTES) -> Path:
    """Return the folder in the user's cache, with all packages."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return fill(
        cache / "extery" / "benchmark" / f"packages-2-{count}-{total}", count=count, total=total
    )


def main() -> None:
    """Write the packages and print the path of their folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--bytes", type=int, default=0, help="by default 480,000 for each package")
    parser.add_argument("folder", type=Path, nargs="?")
    options = parser.parse_args()
    total = options.bytes or BYTES // COUNT * options.count
    if options.folder:
        print(fill(options.folder, count=options.count, total=total))
    else:
        print(cached(count=options.count, total=total))


if __name__ == "__main__":
    main()
