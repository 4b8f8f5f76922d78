"""Versions that wait for review, so that the queue shows every state: new authors, claims, late ones.

An update is the approved package with other lines in its manifest and more files.
"""

from __future__ import annotations

import io
import json
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.utils import timezone

from extery.author.build.execute import build
from extery_demo.notifications import set_notification_dates
from extery_demo.pictures.canvas import Canvas
from extery_demo.reviews import ReviewPlayer
from extery_demo.waiting_sources import NEW_MANIFEST
from extery_demo.waiting_versions import VERSIONS, WaitingVersion
from extery_demo.wheels import write_wheel
from extery_site.accounts.models import User
from extery_site.catalog.models import Event, Extension, Version
from extery_site.files import storage
from extery_site.moderation import claims, risk, waiting
from extery_site.moderation.changes import approved_before
from extery_site.moderation.models import Claim
from extery_site.moderation.package_changes import measure
from extery_site.publish import actions as publish


def add_waiting_versions(users: Mapping[str, User], work_dir: Path) -> None:
    """Submit the versions and play their reviews, then set their times, waiting times, risks and claims."""
    now = timezone.now()
    for planned in VERSIONS:
        version = _submit(planned, users[planned.owner], work_dir)
        player = ReviewPlayer(version, users, now)
        submitted = now - timedelta(days=planned.submitted)
        player.times = [submitted - timedelta(hours=1), submitted]
        for step in planned.review:
            player.play(step)
        _set_times(planned, player)
        entry = waiting.rebuild(version)
        assert entry is not None
        entry.version = version
        risk.refresh(entry, measure(version, approved_before(version)))
        if planned.claimed_by:
            by = users[planned.claimed_by]
            claim = claims.claim(version=version, by=by)
            Claim.objects.filter(pk=claim.pk).update(claimed_at=now - timedelta(minutes=25))
            player.mark_seen(planned.seen, by)


def _submit(planned: WaitingVersion, owner: User, work_dir: Path) -> Version:
    source = work_dir / f"{planned.id}-{planned.number}-waiting"
    _write_source(planned, owner, source)
    (package,) = build(source, output_dir=work_dir)
    draft = publish.receive_upload(
        file=io.BytesIO(package.path.read_bytes()),
        name=package.path.name,
        user=owner,
        release_notes=planned.notes,
    )
    if planned.name:
        publish.update_draft(
            extension=draft.extension,
            by=owner,
            description=f"{planned.tagline}.\n\n{planned.notes}",
            image=io.BytesIO(_draw_image(planned.id)),
            alt_text="Two points and the way between them",
        )
    return publish.submit(version=draft.version, by=owner)


def _write_source(planned: WaitingVersion, owner: User, to: Path) -> None:
    to.mkdir()
    if planned.name:
        text = NEW_MANIFEST.format(
            id=planned.id,
            number=planned.number,
            name=planned.name,
            tagline=planned.tagline,
            maintainer=owner.display_name,
        )
    else:
        published = Extension.objects.get(extension_id=planned.id).newest_version
        assert published is not None
        package = published.packages.select_related("file").earliest("pk")
        with storage.open_file(package.file) as file, ZipFile(file) as archive:
            archive.extractall(to)
        text = (to / "blender_manifest.toml").read_text(encoding="utf-8")
    manifest = tomllib.loads(text)
    manifest["version"] = planned.number
    manifest |= planned.keys
    if planned.permissions:
        manifest["permissions"] = dict(planned.permissions)
    if planned.wheel:
        wheel = write_wheel(
            to / "wheels", name=planned.wheel, version="1.0.0", tag="py3-none-any", module=b"\n"
        )
        manifest["wheels"] = [f"./wheels/{wheel.name}"]
    (to / "blender_manifest.toml").write_text(
        _format_manifest(manifest), encoding="utf-8", newline="\n"
    )
    for name, old, new in planned.edits:
        content = (to / name).read_text(encoding="utf-8")
        assert content.count(old) == 1, (planned.id, old)
        (to / name).write_text(content.replace(old, new), encoding="utf-8", newline="\n")
    for name, content in planned.files.items():
        (to / name).write_text(content, encoding="utf-8", newline="\n")


def _format_manifest(manifest: Mapping[str, Any]) -> str:
    """Return TOML; its values have the same form in JSON."""
    tables = {name: value for name, value in manifest.items() if isinstance(value, dict)}
    fields = [item for item in manifest.items() if item[0] not in tables]
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields]
    # The table [build] is about building: a package has it from the one that was unpacked.
    for name in tables.keys() - {"build"}:
        lines += [
            f"[{name}]",
            *(f"{key} = {json.dumps(text)}" for key, text in tables[name].items()),
        ]
    return "\n".join([*lines, ""])


def _draw_image(name: str) -> bytes:
    canvas = Canvas("#2f4858" if name == "mesh_courier" else "#7d4f50")
    canvas.line([(500, 700), (960, 420), (1420, 700)], "#f6d8ae", 14)
    for centre in ((500, 700), (1420, 700)):
        canvas.circle(centre, 90, "#f6d8ae", 0.9)
    return canvas.png()


def _set_times(planned: WaitingVersion, player: ReviewPlayer) -> None:
    version, times = player.version, player.times
    events = list(Event.objects.filter(version=version).in_order())
    set_notification_dates(events, times)
    for event, time in zip(events, times, strict=True):
        event.created_at = time
    Event.objects.bulk_update(events, ["created_at"])
    uploaded, submitted = times[:2]
    Version.objects.filter(pk=version.pk).update(created_at=uploaded, submitted_at=submitted)
    extensions = Extension.objects.filter(pk=version.extension_id)
    # `update` does not set the auto_now field updated_at.
    extensions.update(updated_at=max(event.created_at for event in events if not event.is_internal))
    if planned.name:
        extensions.update(created_at=uploaded)
