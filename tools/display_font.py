"""Makes the font of titles: a subset of Noto Serif Display, in WOFF2.

The subset has Latin with its accents, Greek, Cyrillic and punctuation, without hinting. The same input and version of
fonttools give the same bytes. The font is in Debian's package ``fonts-noto-extra``, version 20201225-1:

    apt-get download fonts-noto-extra && dpkg-deb -x fonts-noto-extra_*.deb noto
    python -m venv font && font/bin/pip install fonttools==4.68.0 brotli==1.2.1
    font/bin/python tools/display_font.py noto/usr/share/fonts/truetype/noto/NotoSerifDisplay-SemiBold.ttf
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

#: The hash of the font in that package.
SHA256 = "74c84080364d7a2a313abb524b8601ba14fe719d6c5cb400599861c38578fa40"
OUTPUT = Path(__file__).parents[1] / "src/extery_site/ui/static/fonts/display.woff2"
MAX_SIZE = 40_000
#: First and last character of each range.
RANGES = (
    *((0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B)),  # Latin
    *((0x386, 0x3CE), (0x400, 0x45F), (0x490, 0x491)),  # Greek, Cyrillic
    *((0x2010, 0x2015), (0x2018, 0x201E), (0x2022, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030)),
    *((0x2032, 0x2032), (0x2039, 0x203A), (0x20AC, 0x20AC), (0x2122, 0x2122), (0x2212, 0x2212)),
)
FEATURES = ["kern", "liga", "locl", "mark", "mkmk", "ccmp"]


def make(source: Path, output: Path) -> int:
    """Write the subset of a font; return its size in bytes."""
    from fontTools import subset

    options = subset.Options(
        flavor="woff2",
        layout_features=FEATURES,
        hinting=False,
        desubroutinize=True,
        recalc_timestamp=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13, 14],
    )
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for low, high in RANGES for code in range(low, high + 1)])
    subsetter.subset(font)
    output.parent.mkdir(exist_ok=True)
    subset.save_font(font, str(output), options)
    return output.stat().st_size


def main() -> None:
    """Check the font, write the subset and print its size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("font", type=Path)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    if hashlib.sha256(options.font.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{options.font} is not the font of fonts-noto-extra 20201225-1")
    size = make(options.font, options.output)
    print(f"{options.output.name}: {size} bytes")
    if size > MAX_SIZE:
        sys.exit(f"larger than {MAX_SIZE} bytes")


if __name__ == "__main__":
    main()
