"""Plan the conversion of an add-on: its manifest, its files, and what a person has to decide. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from extery.author.convert import metadata
from extery.author.convert.code_plan import CodePlan, plan_code
from extery.author.convert.early import early_values, is_valid, read_early, unused_values
from extery.author.convert.layout import (
    EARLY_MANIFESTS,
    INIT,
    AddOn,
    Files,
    choose_add_on,
    files_of,
)
from extery.author.convert.licenses import Evidence, find_copyright, find_license
from extery.author.convert.manifest import render
from extery.author.convert.permissions import NeededPermission, needed_permissions
from extery.author.convert.source import SourceFile, SourceTree
from extery.author.convert.values import Value
from extery.core.errors import InvalidManifest, Problem, Where
from extery.core.licenses import PREFIX
from extery.manifest.document import MANIFEST_FILENAME, blender_tags, check_manifest

#: Asks a person for the value of a field, until the function finds nothing wrong with it.
Ask: TypeAlias = Callable[[Value, Callable[[str], list[Problem]]], str]
#: The fields that are asked for.
_ASKED = ("name", "version", "tagline", "maintainer", "license")


class Plan(NamedTuple):
    """An add-on as it will be: ``files`` by path, and ``texts`` that replace or add some of them, the manifest among them.

    ``keeps_manifest``: it had a valid one. ``permissions`` are those that the code needs. ``lost`` are the values of ``bl_info``
    and of an early manifest that are in no field.
    """

    add_on: AddOn
    values: Mapping[str, Value]
    evidence: list[Evidence]
    files: Mapping[str, SourceFile]
    texts: Mapping[str, bytes]
    code: CodePlan
    layout: Files
    keeps_manifest: bool
    permissions: Sequence[NeededPermission]
    lost: Mapping[str, str]

    @property
    def id(self) -> str:
        return str(self.values["id"].value)


def plan_conversion(
    tree: SourceTree, wanted: str | None, given: Mapping[str, Any], ask: Ask | None = None
) -> Plan:
    """Return the plan for the add-on ``wanted``, or the only one; ``given`` are fields of the manifest.

    Raises `InvalidInput` if there is no such add-on, and `InvalidManifest` for a field that Blender does not accept.
    """
    add_on = choose_add_on(tree, wanted)
    layout = files_of(tree, add_on)
    early = read_early(add_on, layout.files)
    keeps_manifest = is_valid(add_on, layout.files) and not given
    name = str(early.get("id") or add_on.plain_name)
    identifier = str(given.get("id") or metadata.identifier(name, "").value)
    code = plan_code(add_on, identifier, layout.files)
    own = [module.path for module in code.sources.parts if module.path not in code.removed]
    own.sort(key=lambda path: (path != INIT, path.count("/"), path))
    parts = [module for module in code.sources.parts if module.path not in code.removed]
    permissions = needed_permissions(parts)
    values, evidence = _values(add_on, layout, code, own, permissions)
    values |= early_values(early, add_on.manifest)
    if add_on.manifest and "id" in values:
        values["id"] = metadata.identifier(str(values["id"].value), "")._replace(
            source=values["id"].source
        )
    values |= {
        field: Value(field, _as_field(field, value), "an option", "given")
        for field, value in given.items()
    }
    if ask is not None and not keeps_manifest:
        values = _asked(values, ask)
    texts = {path: one.after for path, one in code.modules.items() if one.after != one.before}
    if not keeps_manifest:
        texts[MANIFEST_FILENAME] = render(values.values())
        _check_given(texts[MANIFEST_FILENAME], given)
    dropped = {*code.removed, *EARLY_MANIFESTS}
    files = {path: file for path, file in layout.files.items() if path not in dropped}
    lost = metadata.values_without_field(_info(layout, code))
    if not keeps_manifest:
        lost |= unused_values(early, values)
    return Plan(
        add_on=add_on,
        values=values,
        evidence=evidence,
        files=files,
        texts=texts,
        code=code,
        layout=layout,
        keeps_manifest=keeps_manifest,
        permissions=permissions,
        lost=lost,
    )


def _info(layout: Files, code: CodePlan) -> metadata.Info:
    main = layout.files[INIT].path.rpartition("/")[2] if INIT in layout.files else INIT
    facts = code.facts
    return metadata.Info(facts.get("bl_info") or {}, main, facts.get("lines") or {})


def _values(
    add_on: AddOn,
    layout: Files,
    code: CodePlan,
    own: list[str],
    permissions: list[NeededPermission],
) -> tuple[dict[str, Value], list[Evidence]]:
    facts = code.facts
    info = _info(layout, code)
    main = info.file
    title = metadata.title(info, add_on.plain_name)
    stated = (info.text("license"), info.place("license"))
    license_value, evidence = find_license(layout.files, own, stated)
    found = [
        metadata.identifier(add_on.plain_name, title.value),
        metadata.version(info),
        title,
        metadata.tagline(info, facts.get("docstring", ""), title.value),
        metadata.maintainer(info),
        metadata.website(info),
        metadata.tags(info),
        metadata.blender_minimum(info),
        license_value,
        find_copyright(layout.files, own),
    ]
    if permissions:
        reasons = {one.name: one.reason for one in permissions}
        found.append(Value("permissions", reasons, "what the code uses", "guessed"))
    values = {one.field: one for one in found if one is not None}
    if add_on.module:  # its only module has another name in the source
        values = {
            field: one._replace(source=one.source.replace(f"{INIT}:", f"{main}:"))
            for field, one in values.items()
        }
        evidence = [
            one._replace(place=one.place.replace(f"{INIT}:", f"{main}:")) for one in evidence
        ]
    if INIT in code.modules and code.modules[INIT].failure:
        for field, one in values.items():
            if one.certainty == "missing":
                values[field] = one._replace(source=f"{main} cannot be read")
    return values, evidence


def _asked(values: dict[str, Value], ask: Ask) -> dict[str, Value]:
    """Return the values with the answers to questions about those that are not certain."""
    for field in _ASKED:
        one = values.get(field)
        if one is not None and one.certainty in ("guessed", "missing"):

            def problems_of(answer: str, one: Value = one) -> list[Problem]:
                new = one._replace(value=_as_field(one.field, answer))
                _, found = check_manifest(render({**values, one.field: new}.values()))
                return [problem for problem in found if one.field in problem.where.field]

            answer = ask(one, problems_of)
            values[field] = Value(field, _as_field(field, answer), "an answer", "given")
    return values


def _as_field(field: str, value: Any) -> Any:
    if field == "license":
        texts = [value] if isinstance(value, str) else list(value)
        return [text if text.startswith(PREFIX) else f"{PREFIX}{text}" for text in texts]
    return list(value) if isinstance(value, tuple) else value


def _check_given(data: bytes, given: Mapping[str, Any]) -> None:
    """Raise `InvalidManifest` with what is wrong with the options; their lines are in no file yet."""
    _, problems = check_manifest(data, valid_tags=blender_tags())
    wrong = [
        problem._replace(where=Where(), severity="error")
        for problem in problems
        if problem.where.path and problem.where.path[0] in given
    ]
    if wrong:
        raise InvalidManifest(*wrong)
