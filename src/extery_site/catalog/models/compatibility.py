"""`Audience.fits` as a database condition: the packages that a system can install."""

from __future__ import annotations

import json

from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast, StrIndex
from django.db.models.lookups import GreaterThan

from extery.core.compatibility import System
from extery.core.versions import number_of_blender_version


def compatible_packages(system: System) -> Q:
    """Return the condition for packages that ``system`` can install; ignores its unknown properties."""
    condition = compatible_versions(system, prefix="version__")
    if system.platform is not None:
        condition &= _empty_or_with("platforms", system.platform)
    if system.python is not None:
        major = system.python.partition(".")[0]
        condition &= _empty_or_with("python_versions", system.python, major)
    return condition


def compatible_versions(system: System, *, prefix: str = "") -> Q:
    """Return the condition for versions that the Blender of ``system`` can install, on any platform."""
    if system.blender is None:
        return Q()
    number = number_of_blender_version(system.blender)
    highest = f"{prefix}blender_max"
    below = Q(**{highest: None}) | Q(**{f"{highest}__gt": number})
    return below & Q(**{f"{prefix}blender_min__lte": number})


def _empty_or_with(field: str, *names: str) -> Q:
    """Return the condition for a JSON list that is empty or contains one of ``names``.

    SQLite has no JSON containment, and its LIKE ignores case, so this searches for the quoted name in the text of the
    list. A quote inside a string follows a backslash: one after a bracket or a space begins a string. SQLite stores
    non-ASCII letters escaped, PostgreSQL unescaped.
    """
    condition = Q(**{field: []})
    text = Cast(field, TextField())
    for name in names:
        for written in {json.dumps(name), json.dumps(name, ensure_ascii=False)}:
            for start in ("[", ", "):
                position = StrIndex(text, Value(f"{start}{written}"))
                condition |= Q(GreaterThan(position, 0))
    return condition
