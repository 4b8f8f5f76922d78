"""Runs in the interpreter of a ``bpy`` environment (without ``bpy``): validates many manifests with Blender's tool.

Reads one JSON object from stdin: ``tool`` and ``tags`` (paths), ``check`` (a name in ``CHECKS``) and ``manifests`` (base64). Answers
with a JSON list on stdout, one item per manifest. An exception in the tool is part of its behaviour and becomes ``crash: ...``.
"""

import base64
import importlib.util
import io
import json
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

MANIFEST = "blender_manifest.toml"


def load(path):
    """Import Blender's stand-alone tool."""
    spec = importlib.util.spec_from_file_location("blender_ext", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def zipped(manifest):
    """Return a package with this manifest and the other files that Blender requires."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(MANIFEST, manifest)
        archive.writestr("__init__.py", b"")
    return file


def validate(tool, path, tags):
    """Return the error messages of ``validate`` for a path, without the one that only names the file."""
    said = []

    def collect_message(kind, text):
        said.append(
            text.replace(f"{path.parent}{os.sep}", "")
        )  # the name of the temporary folder differs in each run
        return False

    if tool.subcmd_author.validate(
        tool.MessageLogger(collect_message), source_path=str(path), valid_tags_filepath=tags
    ):
        return []
    return said[1:] if len(said) > 1 and said[0].startswith("Error parsing TOML ") else said


def strict_folder(tool, manifest, folder, tags):
    """``validate FOLDER``."""
    folder /= "folder"
    folder.mkdir(exist_ok=True)
    (folder / MANIFEST).write_bytes(manifest)
    (folder / "__init__.py").touch()
    return validate(tool, folder, tags)


def strict_package(tool, manifest, folder, tags):
    """``validate PACKAGE``."""
    package = folder / "package.zip"
    package.write_bytes(zipped(manifest).getvalue())
    return validate(tool, package, tags)


def lenient_folder(tool, manifest, folder, tags):
    """Return the error of Blender's reader of installed folders, or None."""
    (folder / MANIFEST).write_bytes(manifest)
    return tool.pkg_manifest_toml_is_valid_or_error(str(folder / MANIFEST), strict=False)[0]


def lenient_package(tool, manifest, folder, tags):
    """Return the error of Blender's reader of packages (install, server-generate), or None."""
    with zipfile.ZipFile(zipped(manifest)) as archive:
        answer = tool.pkg_manifest_from_zipfile_and_validate(archive, "", strict=False)
    return answer if isinstance(answer, str) else None


def build(tool, manifest, folder, tags):
    """``build`` of the source folder ``tags`` with another manifest: the error, or the members of the package."""
    output = folder / "output"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    source = folder / "source"
    if not source.exists():
        shutil.copytree(tags, source)
    (source / MANIFEST).write_bytes(manifest)
    errors = []

    def collect_error(kind, text):
        if "ERROR" in kind:
            errors.append(text)
        return False

    tool.subcmd_author.build(
        tool.MessageLogger(collect_error),
        pkg_source_dir=str(source),
        pkg_output_dir=str(output),
        pkg_output_filepath="",
        split_platforms=False,
        valid_tags_filepath="",
        verbose=False,
    )
    made = list(output.glob("*.zip"))
    if not made:
        return {"error": errors[0] if errors else "no package"}
    with zipfile.ZipFile(made[0]) as archive:
        return {"name": made[0].name, "members": sorted(archive.namelist())}


CHECKS = {
    check.__name__: check
    for check in (strict_folder, strict_package, lenient_folder, lenient_package, build)
}


def main():
    request = json.load(sys.stdin)
    tool = load(request["tool"])
    check, strict = CHECKS[request["check"]], request["check"].startswith("strict")
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        for manifest in request["manifests"]:
            try:
                answers.append(
                    check(tool, base64.b64decode(manifest), Path(folder), request["tags"])
                )
            except Exception as error:
                crash = f"crash: {type(error).__name__}: {error}"
                answers.append([crash] if strict else crash)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
