"""No add-on updates itself: Blender and the repository do."""

from __future__ import annotations

import re

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.permission_use import is_network_call
from extery.rules.rule import CHECKS, Input, Rule

_MODULE = re.compile(
    r"^(addon_updater|addon_updater_ops|auto_?updater?|self_?updater?)$", re.IGNORECASE
)
_RELEASES = re.compile(
    r"(api\.github\.com/repos/[^ ]*|gitlab\.com/api/[^ ]*|github\.com/[^ ]+/)(releases|tags|zipball|archive)",
    re.IGNORECASE,
)
_UNPACKS = (
    "zipfile.ZipFile",
    "shutil.unpack_archive",
    "tarfile.open",
    "bpy.ops.preferences.addon_install",
    "bpy.ops.extensions.package_install_files",
)


def check(context: RuleContext, problems: ProblemList) -> None:
    sources = context.sources
    for module in sources.parts:
        stem = module.path.rpartition("/")[2].removesuffix(".py")
        if _MODULE.match(stem):
            problems.add("code.self-updater", where=context.where(module.path), file=module.path)
            return
    unpacks = any(True for _ in sources.calls(*_UNPACKS))
    for module in sources.parts:
        for text in module.texts:
            if (
                _RELEASES.search(text.text)
                and unpacks
                and any(is_network_call(c) for c in module.calls)
            ):
                problems.add(
                    "code.self-updater",
                    where=context.line(module.path, text.at),
                    variant="releases",
                    file=module.path,
                    url=text.text[:100],
                )
                return


RULE = Rule(
    "code.self-updater",
    check,
    scopes=CHECKS,
    input=Input.CODE,
    codes=("code.self-updater",),
    severity="warning",
    guideline="review-updater",
)
