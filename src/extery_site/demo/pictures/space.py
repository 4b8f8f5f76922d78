"""Solid things on a flat sheet: points in space, seen from one side, and faces in the right order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extery_site.demo.colours import mix
from extery_site.demo.pictures.canvas import Canvas, Point

Spot = tuple[float, float, float]

_LIGHT = (0.35, -0.5, 0.79)


@dataclass
class Space:
    """A view without perspective, like that of plans. Z goes up."""

    centre: Point
    scale: float
    turn: float = 35.0
    tilt: float = 32.0
    faces: list[tuple[float, list[Point], str]] = field(default_factory=list)

    def seen(self, spot: Spot) -> tuple[float, float, float]:
        """Where a spot lies on the sheet, and how near it is."""
        x, y, z = spot
        turn, tilt = math.radians(self.turn), math.radians(self.tilt)
        across = x * math.cos(turn) - y * math.sin(turn)
        deep = x * math.sin(turn) + y * math.cos(turn)
        up = z * math.cos(tilt) + deep * math.sin(tilt)
        near = z * math.sin(tilt) - deep * math.cos(tilt)
        return self.centre[0] + across * self.scale, self.centre[1] - up * self.scale, near

    def on_sheet(self, spot: Spot) -> Point:
        x, y, _ = self.seen(spot)
        return x, y

    def face(self, spots: Sequence[Spot], colour: str, dark: str = "#000000") -> None:
        """A flat face, brighter the more it faces the light."""
        seen = [self.seen(spot) for spot in spots]
        near = sum(spot[2] for spot in seen) / len(seen)
        light = (1 + _facing(spots)) / 2
        tone = mix(dark, colour, 0.35 + 0.65 * light)
        self.faces.append((near, [(x, y) for x, y, _ in seen], tone))

    def block(self, low: Spot, high: Spot, colour: str, dark: str = "#000000") -> None:
        """A box between two corners; the sides that cannot be seen are left out."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        self.face([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)], colour, dark)
        self.face([(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)], colour, dark)
        self.face([(x0, y1, z0), (x0, y0, z0), (x0, y0, z1), (x0, y1, z1)], colour, dark)

    def draw(self, canvas: Canvas, *, edge: str | None = None, width: float = 1.5) -> None:
        """Draw all faces, the farthest first."""
        for _, points, tone in sorted(self.faces, key=lambda face: face[0]):
            canvas.polygon(points, tone)
            canvas.line([*points, points[0]], edge or tone, width)
        self.faces.clear()

    def floor(self, canvas: Canvas, colour: str, *, reach: int = 12, step: float = 1.0) -> None:
        """A grid on the ground."""
        for index in range(-reach, reach + 1):
            at, end = index * step, reach * step
            for start, stop in (((at, -end, 0), (at, end, 0)), ((-end, at, 0), (end, at, 0))):
                line = [self.on_sheet(start), self.on_sheet(stop)]
                canvas.line(line, colour, 1.5 if index else 3.0, 0.55)


def _facing(spots: Sequence[Spot]) -> float:
    """From -1 to 1: how far a face looks towards the light."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = spots[0], spots[1], spots[2]
    ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    normal = (uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)
    length = math.hypot(*normal) or 1.0
    return sum(n * light for n, light in zip(normal, _LIGHT, strict=True)) / length


def around(number: int, radius: float, z: float = 0.0, start: float = 0.0) -> Iterable[Spot]:
    """Spots on a circle."""
    for index in range(number):
        angle = start + math.tau * index / number
        yield radius * math.cos(angle), radius * math.sin(angle), z
