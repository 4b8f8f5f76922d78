"""Runs in the interpreter of an oracle: unpacks all zips of a folder in one way and prints the files.

Reads one JSON object from stdin: ``unpack`` (a name in ``UNPACKERS``), ``folder`` (of the zips) and what that
way needs. Prints one JSON object for each zip: ``name``, ``tree`` (path -> SHA-256, ``"dir"`` or
``"link:target"``), ``error`` (``""`` if nothing was refused), and further results. Imports nothing of the
project, except for ``ours``: another Python runs it.

A zip is hostile. Each one is unpacked in a new folder, four levels below one that is watched, with limits on
time, memory and the size of a file.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
import zipfile
from pathlib import Path

FILE_BYTES = 64 << 20
MEMORY_BYTES = 4 << 30
TREE_ENTRIES = 50_000
SECONDS = 300

# Where a zip is unpacked below the watched folder, so that ``../../x`` is seen.
DEPTH = ("a", "b", "c", "out")


class TimeLimitError(Exception):
    """A zip took too long."""


def limit_resources():
    """Bound what one zip can take; children inherit the bounds."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def stop(_number, _frame):
        raise TimeLimitError(f"more than {SECONDS} s")

    signal.signal(signal.SIGALRM, stop)


def tree_of(folder):
    """Everything below a folder: relative path -> SHA-256, ``"dir"`` or ``"link:target"``."""
    tree, waiting = {}, [("", folder)]
    while waiting:
        prefix, place = waiting.pop()
        with os.scandir(place) as found:
            for entry in found:
                name = prefix + entry.name
                if entry.is_symlink():
                    tree[name] = f"link:{Path(entry.path).readlink()}"
                elif entry.is_dir():
                    tree[name] = "dir"
                    waiting.append((f"{name}/", entry.path))
                elif entry.is_file():
                    tree[name] = hashlib.sha256(Path(entry.path).read_bytes()).hexdigest()
                else:
                    tree[name] = "special"
                if len(tree) > TREE_ENTRIES:
                    raise OverflowError(f"more than {TREE_ENTRIES} files")
    return tree


def in_new_folder(work, unpack):
    """Run ``unpack(folder)``; its error, its other facts, and what it left below and outside of the folder."""
    watched = Path(tempfile.mkdtemp(dir=work))
    out = watched.joinpath(*DEPTH)
    out.mkdir(parents=True)
    answer = {"error": "", "tree": {}}
    os.chdir(out)
    try:
        signal.alarm(SECONDS)
        try:
            answer.update(unpack(out) or {})
        finally:
            signal.alarm(0)
    except Exception as error:
        answer["error"] = f"{type(error).__name__}: {error}"
    answer["tree"] = tree_of(out)
    os.chdir(work)
    shutil.rmtree(out)
    escaped = [name for name in tree_of(watched) if name not in ("a", "a/b", "a/b/c")]
    if escaped:
        answer["escaped"] = escaped
    shutil.rmtree(watched)
    return answer


def zipfile_all(path, work, _request):
    """``ZipFile.extractall``."""

    def unpack(out):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(out)

    return in_new_folder(work, unpack)


def zipfile_each(path, work, _request):
    """``ZipFile.extract`` for each member in the order of the directory, as Blender does; all of them are tried."""

    def unpack(out):
        errors = []
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                try:
                    archive.extract(info, out)
                except TimeLimitError:
                    raise
                except Exception as error:
                    errors.append(f"{info.filename!r}: {type(error).__name__}: {error}")
        return {"error": "\n".join(errors[:5])}

    return in_new_folder(work, unpack)


def unzip(path, work, request):
    """``unzip``; status 1 is its warning, after which everything was unpacked."""

    def unpack(_out):
        done = subprocess.run(
            [request["unzip"], "-o", "-q", "-P", "", str(path)],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
            timeout=SECONDS,
        )
        said = (done.stdout + done.stderr).decode("utf-8", "replace")[:2000]
        return {
            "error": "" if done.returncode in (0, 1) else f"{done.returncode}: {said}",
            "said": said,
        }

    return in_new_folder(work, unpack)


def blender(path, work, request):
    """``install-files`` into an empty repository, and the manifest that Blender's listing would be made from."""
    tool, messages = load_tool(request["tool"]), []

    def collect_message(kind, text):
        messages.append((kind, str(text)))
        return False

    def unpack(out):
        manifest = tool.pkg_manifest_from_archive_and_validate(str(path), strict=False)
        answer = {"id": None, "version": None}
        if isinstance(manifest, tool.PkgManifest):
            answer = {"id": manifest.id, "version": manifest.version}
        tool.subcmd_client.install_packages_from_files(
            tool.MessageLogger(collect_message),
            local_dir=str(out),
            package_files=[str(path)],
            blender_version=request["blender"],
            python_version=request["python"],
            temp_prefix_and_suffix=(".", ".temp"),
        )
        bad = [text for kind, text in messages if kind not in ("STATUS", "PROGRESS")]
        return answer | {"error": "\n".join(bad)}

    return in_new_folder(work, unpack)


def blender_validate(path, work, request):
    """``validate``: its errors."""
    tool, errors = load_tool(request["tool"]), []

    def collect_error(kind, text):
        if kind not in ("STATUS", "PROGRESS"):
            errors.append(str(text))
        return False

    def check(_out):
        is_valid = tool.subcmd_author.validate(
            tool.MessageLogger(collect_error), source_path=str(path), valid_tags_filepath=""
        )
        return {"error": "" if is_valid else "\n".join(errors) or "refused"}

    return in_new_folder(work, check)


def load_tool(path, loaded={}):  # noqa: B006 (once for each process)
    """Import Blender's stand-alone tool."""
    if path not in loaded:
        spec = importlib.util.spec_from_file_location("blender_ext", path)
        loaded[path] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded[path])
    return loaded[path]


def ours(path, work, request):
    """Return the list of our reader and the result of our checks, without unpacking."""
    from reading import read_package

    del work, request
    return guarded(lambda: read_package(path))


def ours_wheel(path, work, request):
    """The same for a wheel; ``packages`` has a package with that wheel, under the same name."""
    from reading import read_wheel

    del work
    return guarded(lambda: read_wheel(path, Path(request["packages"], path.name)))


def guarded(read):
    """Return the result of our reader, or the traceback of an unexpected exception."""
    answer = {"tree": {}, "error": "", "codes": [], "crash": ""}
    try:
        signal.alarm(SECONDS)
        try:
            answer |= read()
        finally:
            signal.alarm(0)
    except Exception:  # any exception that `read_package` does not handle
        answer["crash"] = traceback.format_exc(limit=-4)
        answer["error"] = "crash"
    return answer


UNPACKERS = {
    unpack.__name__: unpack
    for unpack in (zipfile_all, zipfile_each, unzip, blender, blender_validate, ours, ours_wheel)
}


def main():
    request = json.load(sys.stdin)
    answers = sys.stdout
    sys.stdout = sys.stderr
    limit_resources()
    sys.path[:0] = [str(Path(__file__).parent), *request.get("paths", ())]
    unpack = UNPACKERS[request["unpack"]]
    with tempfile.TemporaryDirectory() as work:
        for path in sorted(Path(request["folder"]).iterdir()):
            answer = {"name": path.name, **unpack(path, work, request)}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
