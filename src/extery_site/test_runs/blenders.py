"""Finds the Blenders of the site: asks each program of the settings for its version, and whether it can be confined."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from extery.author.testing.supervise import find_sandbox
from extery.blenders.versions import NotABlender, version_of
from extery.core.versions import parse_blender_version
from extery_site.test_runs.models import Blender

NO_SANDBOX = "No sandbox: this system allows no namespaces, and bubblewrap is missing or forbidden."


@lru_cache(maxsize=64)
def _version(program: Path, _modified: float) -> tuple[str, str]:
    """Return the version of a program, or why there is none; a program that did not change is asked once."""
    try:
        release = version_of(program)
        parse_blender_version(release)
    except (NotABlender, ValueError) as error:
        return "", f"No Blender: {error}."
    return release, ""


def read_blenders() -> list[Blender]:
    """Return the programs of ``EXTERY_TEST_BLENDERS`` with what is wrong with each; reads no database."""
    found: list[Blender] = []
    has_sandbox = bool(settings.EXTERY_TEST_BLENDERS) and find_sandbox() != "none"
    for program in settings.EXTERY_TEST_BLENDERS:
        try:
            modified = program.stat().st_mtime
        except OSError:
            modified = 0.0
        release, fault = _version(program, modified)
        if not fault and any(one.release == release and not one.fault for one in found):
            fault = f"Another program is Blender {release} too."
        if not fault and not has_sandbox:
            fault = NO_SANDBOX
        found.append(Blender(program=str(program)[:500], release=release, fault=fault[:300]))
    return found


@transaction.atomic
def refresh_blenders() -> list[Blender]:
    """Store the Blenders that the programs are now, and return those in which packages can be tested."""
    known = {one.program: one for one in Blender.objects.select_for_update()}
    found = read_blenders()
    Blender.objects.exclude(pk__in=[one.program for one in found]).delete()
    for one in found:
        before = known.get(one.program)
        if before is not None and before.release == one.release:
            one.since = before.since
            if before.fault == one.fault:
                continue
        one.checked_at = timezone.now()
        one.save(force_insert=before is None)
    return [one for one in found if not one.fault]
