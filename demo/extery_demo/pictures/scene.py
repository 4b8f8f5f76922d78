"""Solid objects in orthographic projection, drawn from back to front."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extery_demo.colours import mix
from extery_demo.pictures.canvas import Canvas, Point

Point3D = tuple[float, float, float]

_LIGHT = (0.35, -0.5, 0.79)


@dataclass
class Scene:
    """Faces in 3D under an orthographic projection. Z is up."""

    centre: Point
    scale: float
    turn: float = 35.0
    tilt: float = 32.0
    faces: list[tuple[float, list[Point], str]] = field(default_factory=list)

    def project(self, point: Point3D) -> tuple[float, float, float]:
        """Return the position on the canvas and the depth (larger is nearer)."""
        x, y, z = point
        turn, tilt = math.radians(self.turn), math.radians(self.tilt)
        across = x * math.cos(turn) - y * math.sin(turn)
        forward = x * math.sin(turn) + y * math.cos(turn)
        up = z * math.cos(tilt) + forward * math.sin(tilt)
        depth = z * math.sin(tilt) - forward * math.cos(tilt)
        return self.centre[0] + across * self.scale, self.centre[1] - up * self.scale, depth

    def to_canvas(self, point: Point3D) -> Point:
        x, y, _ = self.project(point)
        return x, y

    def face(self, points3d: Sequence[Point3D], colour: str, dark: str = "#000000") -> None:
        """Add a flat face, shaded by its angle to the light."""
        projected = [self.project(point) for point in points3d]
        depth = sum(point[2] for point in projected) / len(projected)
        light = (1 + _light_cosine(points3d)) / 2
        tone = mix(dark, colour, 0.35 + 0.65 * light)
        self.faces.append((depth, [(x, y) for x, y, _ in projected], tone))

    def block(self, low: Point3D, high: Point3D, colour: str, dark: str = "#000000") -> None:
        """Add the visible faces of a box between two corners."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        self.face([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)], colour, dark)
        self.face([(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)], colour, dark)
        self.face([(x0, y1, z0), (x0, y0, z0), (x0, y0, z1), (x0, y1, z1)], colour, dark)

    def draw(self, canvas: Canvas, *, edge: str | None = None, width: float = 1.5) -> None:
        """Draw all faces, the farthest first, and remove them."""
        for _, points, tone in sorted(self.faces, key=lambda face: face[0]):
            canvas.polygon(points, tone)
            canvas.line([*points, points[0]], edge or tone, width)
        self.faces.clear()

    def floor(self, canvas: Canvas, colour: str, *, reach: int = 12, step: float = 1.0) -> None:
        """Draw a grid on the ground plane."""
        for index in range(-reach, reach + 1):
            at, end = index * step, reach * step
            for start, stop in (((at, -end, 0), (at, end, 0)), ((-end, at, 0), (end, at, 0))):
                line = [self.to_canvas(start), self.to_canvas(stop)]
                canvas.line(line, colour, 1.5 if index else 3.0, 0.55)


def _light_cosine(points3d: Sequence[Point3D]) -> float:
    """Return the cosine of the angle between the normal of a face and the light."""
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = points3d[0], points3d[1], points3d[2]
    ux, uy, uz, vx, vy, vz = bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az
    normal = (uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)
    length = math.hypot(*normal) or 1.0
    return sum(n * light for n, light in zip(normal, _LIGHT, strict=True)) / length


def circle_points(
    number: int, radius: float, z: float = 0.0, start: float = 0.0
) -> Iterable[Point3D]:
    """Yield points on a circle."""
    for index in range(number):
        angle = start + math.tau * index / number
        yield radius * math.cos(angle), radius * math.sin(angle), z
