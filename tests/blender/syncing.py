"""Runs in the interpreter of a ``bpy`` environment (without ``bpy``): syncs many listings with Blender's tool.

Reads one JSON object from stdin: ``tool`` (a path), ``listings`` (base64), and the system: ``blender``, ``platform`` and ``python``.
Answers with a JSON list on stdout: for each listing an ``error`` (empty if it was accepted), the ids that are ``shown``, and
what Blender ``reports`` when it reads the stored listing.
"""

import base64
import importlib
import json
import shutil
import sys
import tempfile
import types
from pathlib import Path


def load(tool):
    """Import Blender's tool and the module that reads repositories, without the add-on around them, which needs ``bpy``."""
    package = types.ModuleType("bl_pkg")
    package.__path__ = [str(tool.parent.parent)]
    sys.modules["bl_pkg"] = package
    tools = types.ModuleType("bl_pkg.cli")
    tools.__path__ = [str(tool.parent)]
    sys.modules["bl_pkg.cli"] = tools
    return (
        importlib.import_module("bl_pkg.cli.blender_ext"),
        importlib.import_module("bl_pkg.bl_extension_utils"),
    )


def sync(tool, listing, folder):
    """Return the error of ``sync``, or of reading what it stored as ``install`` does; empty if there is none."""
    remote, local = folder / "remote", folder / "local"
    remote.mkdir(exist_ok=True)
    (remote / "index.json").write_bytes(listing)
    shutil.rmtree(local, ignore_errors=True)
    local.mkdir()
    errors = []

    def collect_error(kind, text):
        if "ERROR" in kind:
            errors.append(text)
        return False

    tool.subcmd_client.sync(
        tool.MessageLogger(collect_error),
        remote_url=remote.as_uri(),
        remote_name="remote",
        local_dir=str(local),
        online_user_agent="",
        access_token="",
        timeout_in_seconds=10.0,
        demote_connection_errors_to_status=False,
        force_exit_ok=False,
        extension_override="",
    )
    if errors:
        return errors[0]
    stored = tool.repo_pkginfo_from_local_or_none(local_dir=str(local))
    return f"install: {stored}" if isinstance(stored, str) else ""


def show(utils, folder, request):
    """Return the ids that Blender shows, and what it reports."""
    reports = []
    # The spelling of the name changed with 5.2.
    names = ("_RepoDataSource_JSON", "_RepoDataSouce_JSON")
    source_class = next(getattr(utils, name) for name in names if hasattr(utils, name))
    system = utils.PkgManifest_FilterParams(
        platform=request["platform"],
        blender_version=tuple(request["blender"]),
        python_version=tuple(request["python"]),
    )
    source = source_class(str(folder / "local"), system)
    data = source.data(
        cache_validate=True,
        force=True,
        error_fn=lambda error: reports.append(f"{type(error).__name__}: {error}"[:300]),
    )
    return {"shown": sorted(data.pkg_manifest_map), "reports": reports}


def main():
    request = json.load(sys.stdin)
    tool, utils = load(Path(request["tool"]))
    answers = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for listing in request["listings"]:
            answer = {"error": "", "shown": [], "reports": []}
            step = "sync"
            try:
                answer["error"] = sync(tool, base64.b64decode(listing), folder)[:1000]
                step = "show"
                if not answer["error"]:
                    answer |= show(utils, folder, request)
            except Exception as error:
                answer["error"] = f"crash in {step}: {type(error).__name__}: {error}"[:1000]
            answers.append(answer)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
