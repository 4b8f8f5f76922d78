"""Placeholder images for extensions without an image: SVG, generated from the id."""

import hashlib
import math
import random
from collections.abc import Callable, Iterator

from extery.core.types import THEME

WIDTH, HEIGHT = 960, 540

# Each palette: a background colour and four foreground colours.
PALETTES = (
    ("#12332d", "#0f5c4f", "#2f9a83", "#9fd8c4", "#f2b134"),
    ("#1e2746", "#33478f", "#6f86d6", "#c3cdf3", "#f0c27a"),
    ("#3b1f27", "#7c2f3e", "#c8566a", "#f0b0a8", "#f6dfb2"),
    ("#f1e7d0", "#d9b98a", "#c2784e", "#7d3f35", "#2f4b4a"),
    ("#e4ece4", "#a9c9b4", "#5d9c86", "#245c57", "#e09f3e"),
    ("#2a2233", "#54407a", "#8d6fc0", "#d4bdec", "#f4a56b"),
    ("#20303a", "#2f5d73", "#5a9fb5", "#b9dfe4", "#f28f6b"),
    ("#efe4e1", "#dcb0ab", "#b7656b", "#5f3a55", "#3c6e8f"),
)

Palette = tuple[str, str, str, str, str]


def picture(extension_id: str, kind: str) -> str:
    """Return the placeholder image of an extension as an SVG document, 16:9."""
    rng = random.Random(hashlib.sha256(extension_id.lower().encode()).digest())  # noqa: S311  not for security
    palette = rng.choice(PALETTES)
    if kind == THEME.name:
        draw: Callable[[random.Random, Palette], Iterator[str]] = editor
    else:
        draw = rng.choice((blocks, rings, arcs, facets, hills))
    body = "".join(draw(rng, palette))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{palette[0]}"/>{body}</svg>'
    )


def blocks(rng: random.Random, palette: Palette) -> Iterator[str]:
    """Blocks of different height on an isometric floor."""
    half = 80.0
    rise = half * 0.56
    for depth in range(-3, 11):
        for step in range(7):
            x = step * 2 * half + (half if depth % 2 else 0)
            y = depth * rise + 100
            tall = rng.choice((0, 0, 34, 68, 120, 190))
            top, left, right = shade(rng, palette)
            yield polygon(
                top,
                (x, y - tall - rise),
                (x + half, y - tall),
                (x, y - tall + rise),
                (x - half, y - tall),
            )
            yield polygon(
                left,
                (x - half, y - tall),
                (x, y - tall + rise),
                (x, y + rise + 150),
                (x - half, y + 150),
            )
            yield polygon(
                right,
                (x + half, y - tall),
                (x, y - tall + rise),
                (x, y + rise + 150),
                (x + half, y + 150),
            )


def shade(rng: random.Random, palette: Palette) -> tuple[str, str, str]:
    """Return colours for the top, left and right of a block; a few blocks are highlighted."""
    if rng.random() < 0.07:
        return palette[4], mix(palette[4], palette[0], 0.35), mix(palette[4], palette[0], 0.6)
    base = mix(palette[1], palette[2], rng.random())
    return mix(base, palette[3], 0.25), mix(base, palette[0], 0.3), mix(base, palette[0], 0.6)


def rings(rng: random.Random, palette: Palette) -> Iterator[str]:
    """Growth rings around a few centres, the largest first."""
    for _ in range(3):
        x, y = rng.uniform(60, WIDTH - 60), rng.uniform(40, HEIGHT - 40)
        radius, number = rng.uniform(180, 380), rng.randint(6, 9)
        for ring in range(number):
            share = 1 - ring / number
            colour = palette[1 + (ring + number) % 3] if ring < number - 1 else palette[4]
            drift = ring * rng.uniform(0, 7)
            yield f'<circle cx="{x + drift:.0f}" cy="{y + drift / 2:.0f}" r="{radius * share:.0f}" fill="{colour}"/>'


def arcs(rng: random.Random, palette: Palette) -> Iterator[str]:
    """Quarter discs on a grid, rotated at random."""
    side = 120
    for row in range(math.ceil(HEIGHT / side)):
        for column in range(WIDTH // side):
            x, y = column * side, row * side
            ground, disc = rng.sample(palette, 2)
            yield f'<rect x="{x}" y="{y}" width="{side + 1}" height="{side + 1}" fill="{ground}"/>'
            match rng.randrange(6):
                case 0:
                    yield f'<circle cx="{x + side / 2:.0f}" cy="{y + side / 2:.0f}" r="{side / 2 - 14:.0f}" fill="{disc}"/>'
                case 1:
                    yield f'<path d="M{x} {y}h{side}L{x} {y + side}z" fill="{disc}"/>'
                case turn:
                    yield quarter(disc, x, y, side, turn - 2)


def quarter(colour: str, x: float, y: float, side: float, turn: int) -> str:
    """Return a quarter disc that fills a square, centred on one of its corners."""
    corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side))
    (ax, ay), (cx, cy), (bx, by) = corners[turn % 4 - 1], corners[turn % 4], corners[(turn + 1) % 4]
    return f'<path d="M{cx:g} {cy:g}L{ax:g} {ay:g}A{side:g} {side:g} 0 0 0 {bx:g} {by:g}z" fill="{colour}"/>'


def facets(rng: random.Random, palette: Palette) -> Iterator[str]:
    """A triangle mesh."""
    columns, rows = 9, 5
    points = [
        [
            (
                column * WIDTH / columns + rng.uniform(-34, 34) * (0 < column < columns),
                row * HEIGHT / rows + rng.uniform(-34, 34) * (0 < row < rows),
            )
            for column in range(columns + 1)
        ]
        for row in range(rows + 1)
    ]
    spark = rng.randrange(columns * rows * 2)
    for number in range(columns * rows):
        row, column = divmod(number, columns)
        a, b = points[row][column], points[row][column + 1]
        c, d = points[row + 1][column + 1], points[row + 1][column]
        for part, corners in enumerate(((a, b, c), (a, c, d))):
            light = (
                0.5
                + 0.5 * math.sin(number * 0.37 + row * 0.9 + part) * 0.6
                + rng.uniform(-0.2, 0.2)
            )
            colour = mix(palette[1], palette[3], min(max(light, 0), 1))
            yield polygon(palette[4] if number * 2 + part == spark else colour, *corners)


def hills(rng: random.Random, palette: Palette) -> Iterator[str]:
    """Layered hills and a sun."""
    x, y, radius = rng.uniform(160, WIDTH - 160), rng.uniform(90, 200), rng.uniform(50, 90)
    yield f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{palette[4]}"/>'
    layers = 6
    for layer in range(layers):
        share = layer / (layers - 1)
        base = 190 + layer * 62
        swing, phase, length = (
            rng.uniform(22, 60),
            rng.uniform(0, 7),
            rng.uniform(150, 320),
        )
        line = " ".join(
            f"L{at} {base + swing * math.sin(at / length + phase):.0f}"
            for at in range(0, WIDTH + 1, 40)
        )
        colour = (
            mix(palette[3], palette[1], share)
            if layer < layers - 1
            else mix(palette[1], palette[0], 0.5)
        )
        yield f'<path d="M0 {HEIGHT}{line}L{WIDTH} {HEIGHT}z" fill="{colour}"/>'


def editor(rng: random.Random, palette: Palette) -> Iterator[str]:
    """A Blender-like window in the colours of a theme."""
    ground, *pigments = palette
    contrast = "#ffffff" if luminance(ground) < 0.4 else "#000000"
    area, line, text = (mix(ground, contrast, share) for share in (0.09, 0.22, 0.62))
    accent = rng.choice(pigments[1:])
    yield '<g transform="matrix(-1 0 0 1 960 0)">' if rng.random() < 0.5 else "<g>"
    yield from (
        box(48, 44, 596, 324, area),
        box(660, 44, 252, 452, area),
        box(48, 384, 596, 112, area),
    )
    yield from (box(48, 44, 596, 30, line, 8), box(660, 44, 252, 30, line, 8))
    for step in range(1, 10):
        yield f'<path d="M{346 + (step - 5) * 22} 190L{346 + (step - 5) * 74} 368" stroke="{line}"/>'
    for step in range(4):
        yield f'<path d="M48 {210 + step * step * 14}H644" stroke="{line}"/>'
    yield from rng.choice((cube, sphere, stairs))(accent)
    chosen = rng.randrange(8)
    for row in range(8):
        if row == chosen:
            yield box(668, 90 + row * 30, 236, 26, accent, 6)
        yield box(
            682 + 14 * (row % 3),
            98 + row * 30,
            rng.randint(70, 150),
            10,
            ground if row == chosen else text,
            5,
        )
    for row in range(4):
        yield box(676, 352 + row * 36, 220, 24, line, 6)
        yield box(676, 352 + row * 36, rng.randint(50, 200), 24, pigments[row], 6)
    for track in range(3):
        at = rng.randint(64, 140)
        while at < 590:
            length = rng.randint(40, 130)
            yield box(
                at, 400 + track * 30, min(length, 628 - at), 20, pigments[(track + at) % 4], 5
            )
            at += length + rng.randint(10, 60)
    yield "</g>"


def cube(colour: str, x: float = 346, y: float = 190, side: float = 84) -> Iterator[str]:
    """A cube in three shades."""
    low, high = side * 0.55, side * 1.12
    yield polygon(
        mix(colour, "#ffffff", 0.3), (x, y - low), (x + side, y), (x, y + low), (x - side, y)
    )
    yield polygon(colour, (x - side, y), (x, y + low), (x, y + low + high), (x - side, y + high))
    yield polygon(
        mix(colour, "#000000", 0.35),
        (x + side, y),
        (x, y + low),
        (x, y + low + high),
        (x + side, y + high),
    )


def sphere(colour: str) -> Iterator[str]:
    """A ball, lit from above."""
    yield f'<ellipse cx="362" cy="308" rx="104" ry="22" fill="{mix(colour, "#000000", 0.6)}" opacity=".35"/>'
    for radius, share in ((100, 0.35), (86, 0.0), (52, -0.25), (20, -0.5)):
        shade = mix(colour, "#000000", share) if share >= 0 else mix(colour, "#ffffff", -share)
        towards_light = (100 - radius) * 0.5
        x, y = 346 - towards_light, 208 - towards_light
        yield f'<circle cx="{x:g}" cy="{y:g}" r="{radius}" fill="{shade}"/>'


def stairs(colour: str) -> Iterator[str]:
    """Three small cubes, one on two."""
    for x, y in ((290, 232), (402, 232), (346, 168)):
        yield from cube(colour, x, y, 54)


def box(x: float, y: float, width: float, height: float, colour: str, radius: int = 10) -> str:
    """Return a rectangle with rounded corners."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}" fill="{colour}"/>'


def polygon(colour: str, *points: tuple[float, float]) -> str:
    """Return a filled polygon, outlined in its own colour to hide gaps between neighbours."""
    corners = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
    return f'<polygon points="{corners}" fill="{colour}" stroke="{colour}"/>'


def mix(colour: str, other: str, share: float) -> str:
    """Return the linear blend of two hex colours; ``share`` is that of ``other``, from 0 to 1."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def luminance(colour: str) -> float:
    """Return the relative luminance of a hex colour, from 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
