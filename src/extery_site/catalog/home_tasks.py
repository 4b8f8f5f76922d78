"""What visitors want to do: drawn tasks on the start page, each of which leads to the extensions with one of its tags."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse

from extery_site.catalog.models import Tag

#: Fewer tasks are no shelf.
MIN_TASKS = 4


class Task(NamedTuple):
    """A task: its title, the name of its drawing, and the tags that stand for it, the best first."""

    title: str
    drawing: str
    tags: tuple[str, ...]


TASKS = (
    Task("Model and build", "build", ("modeling", "mesh", "add-mesh", "object")),
    Task("Rig and animate", "animate", ("animation", "rigging")),
    Task("Light and render", "light", ("lighting", "render", "camera")),
    Task("Texture and colour", "texture", ("material", "uv", "paint", "bake")),
    Task("Scatter and grow", "scatter", ("geometry-nodes", "node", "scene")),
    Task("Draw and ink", "draw", ("grease-pencil", "paint")),
    Task("Clean up and organize", "check", ("pipeline", "system", "scene", "object")),
    Task("Share and hand over", "share", ("import-export", "pipeline")),
)


class OfferedTask(NamedTuple):
    """A task with the address of its extensions and their number."""

    title: str
    drawing: str
    url: str
    number: int


def offered_tasks(tags: list[Tag]) -> list[OfferedTask]:
    """Return the tasks for which there are extensions; ``tags`` have the ``number`` of theirs. No tag stands for two."""
    by_slug = {tag.slug: tag for tag in tags}
    offered, used = [], set()
    for task in TASKS:
        slug = next((slug for slug in task.tags if slug in by_slug and slug not in used), None)
        if slug is not None:
            used.add(slug)
            url = reverse("catalog:tag", args=[slug])
            number: int = by_slug[slug].number  # type: ignore[attr-defined]
            offered.append(OfferedTask(task.title, task.drawing, url, number))
    return offered if len(offered) >= MIN_TASKS else []
