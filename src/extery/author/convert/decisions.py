"""What a person has to decide about a conversion: problems of the area ``convert``, with their places in the result."""

from __future__ import annotations

from collections.abc import Iterator

from extery.author.convert.code_plan import outside_modules
from extery.author.convert.layout import INIT
from extery.author.convert.permissions import NeededPermission
from extery.author.convert.plan import Plan
from extery.core.errors import ProblemList, Where
from extery.core.library_modules import project_of
from extery.manifest.document import MANIFEST_FILENAME
from extery.manifest.locator import Locator

#: Options for fields whose names differ.
_OPTIONS = {
    "blender_version_min": "--blender-version-min",
    "blender_version_max": "--blender-version-max",
    "tags": "--tags",
}
#: What installs libraries: a rule reports it.
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "pkg_resources", "ensurepip"})


def find_decisions(plan: Plan) -> ProblemList:
    """Return the decisions, those about the manifest first."""
    decisions = ProblemList()
    _decide_about_fields(plan, decisions)
    _decide_about_code(plan, decisions)
    return decisions


def _decide_about_fields(plan: Plan, decisions: ProblemList) -> None:
    if plan.keeps_manifest:
        return
    locate = Locator(plan.texts[MANIFEST_FILENAME], MANIFEST_FILENAME)
    for field, one in plan.values.items():
        if one.certainty in ("guessed", "missing") and field != "permissions":
            decisions.add(
                f"convert.{one.certainty}",
                where=locate((field,)),
                field=field,
                value=", ".join(one.value) if isinstance(one.value, list) else one.value,
                source=one.source,
                option=_OPTIONS.get(field, f"--{field}"),
            )
    reasons = plan.values.get("permissions")
    for needed in plan.permissions if reasons and reasons.certainty == "guessed" else ():
        decisions.add(
            "convert.permission-reason",
            where=locate(("permissions", needed.name)),
            permission=needed.name,
            name=_first_use(plan, needed),
            more=_more(len(needed.uses) - 1),
            reason=repr(needed.reason),
        )
    for key in plan.code.facts.get("unknown", ()):
        decisions.add("convert.computed", where=Where(MANIFEST_FILENAME), key=repr(key))


def _first_use(plan: Plan, needed: NeededPermission) -> str:
    path, place, name = needed.uses[0]
    return f"{name} in {path}:{plan.code.new_line(path, place.line)}"


def _more(number: int) -> str:
    return f" and {number} more use{'' if number == 1 else 's'}" if number else ""


def _decide_about_code(plan: Plan, decisions: ProblemList) -> None:
    code = plan.code
    for path, module in sorted(code.modules.items()):
        if module.failure:
            decisions.add(
                "convert.not-changed", where=Where(path), file=path, reason=module.failure
            )
        for remark in module.remarks:
            values = dict(remark.values)
            if "path" in values:
                values["path"] = repr(values["path"])
            decisions.add(
                remark.code, where=Where(path, (), module.new_line(remark.line)), **values
            )
    if code.info_name:
        line = code.new_line(INIT, code.facts.get("bl_info_line") or 1)
        decisions.add("convert.bl-info-kept", where=Where(INIT, (), line), name=code.info_name)
    for library, path, line, is_optional in _libraries(plan):
        decisions.add(
            "convert.library",
            where=Where(path, (), code.new_line(path, line)),
            variant="optional" if is_optional else "",
            module=library,
            project=project_of(library),
        )


def _libraries(plan: Plan) -> Iterator[tuple[str, str, int, bool]]:
    """Yield the libraries of others, each with the place of its first import, and whether all its imports are guarded."""
    outside = outside_modules() | plan.code.local | _INSTALLERS
    found: dict[str, tuple[str, int, bool]] = {}
    for module in plan.code.sources.parts:
        stem = module.path.rpartition("/")[2].removesuffix(".py")
        if module.path in plan.code.removed or not stem.isidentifier():
            continue
        changed = plan.code.modules.get(module.path)
        mended = {one.line for one in changed.changes} if changed else set()
        for one in module.imports:
            top = one.module.partition(".")[0]
            is_known = top in outside or top.lower() in outside or one.at.line in mended
            if one.level or not top or is_known:
                continue
            first = found.get(top)
            if first is None or (first[2] and not one.is_guarded):
                found[top] = (module.path, one.at.line, one.is_guarded)
    for name, (path, line, is_optional) in sorted(found.items()):
        yield name, path, line, is_optional
