"""How the rules for manifests differ between versions of Blender: the one place that knows it.

`check_fields` applies the rules of a version, `extery.rules.blender_verdicts` compares them. A version with new
rules needs a new field here, or another value in `rules_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from extery.core.types import ADD_ON, TYPES, types_known_to
from extery.core.versions import BlenderVersion

#: The version in which asset libraries came, and permissions became those of the type.
_PERMISSIONS_BY_TYPE: BlenderVersion = (5, 3, 0)


class SchemaRules(NamedTuple):
    """The rules for manifests of some versions of Blender.

    ``permissions`` maps a known type to its permissions. ``reads_asset_library``: whether ``[asset_library]`` is
    checked; older versions ignore it. ``checks_keys_last``: whether the names of permissions are checked after all
    fields, if those are valid.
    """

    permissions: Mapping[str, tuple[str, ...]]
    reads_asset_library: bool
    checks_keys_last: bool

    @property
    def types(self) -> tuple[str, ...]:
        """The names of the known types."""
        return tuple(self.permissions)


#: The rules of Extery: those of the newest Blender, with all problems reported at once.
OWN_RULES = SchemaRules(
    permissions={type_.name: type_.permissions for type_ in TYPES},
    reads_asset_library=True,
    checks_keys_last=False,
)


def rules_of(blender: BlenderVersion) -> SchemaRules:
    """Return the rules of a version of Blender; equal for versions that judge equally."""
    by_type = blender >= _PERMISSIONS_BY_TYPE
    return SchemaRules(
        permissions={
            type_.name: type_.permissions if by_type else ADD_ON.permissions
            for type_ in types_known_to(blender)
        },
        reads_asset_library=by_type,
        checks_keys_last=by_type,
    )
