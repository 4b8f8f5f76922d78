"""The commands and options of ``blender_ext.py`` of Blender 4.2 to 5.3."""

from __future__ import annotations

import argparse
from typing import Any

from extery.blender_ext.messages import OUTPUT_TYPES
from extery.listing import ASSETLIB_AUTH_METHODS

#: The version that ``--version`` prints, in all versions of Blender.
VERSION = "0.1"


def make_parser(prog: str) -> argparse.ArgumentParser:
    """Return the parser; the name of the command is ``command``, that of its module ``module``."""
    parser = argparse.ArgumentParser(
        prog, description="The commands of Blender's own tool for extensions."
    )
    parser.add_argument("--version", action="version", version=VERSION)
    parser.set_defaults(module="", output_type="TEXT", force_exit_ok=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_authoring(commands)
    _add_queries(commands)
    _add_changes(commands)
    _add_dummies(commands)
    return parser


def _add(commands: Any, name: str, summary: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    command.set_defaults(module=name.replace("-", "_"))
    command.add_argument(
        "--output-type",
        choices=OUTPUT_TYPES,
        default="TEXT",
        help="text, or JSON separated by newlines or NUL",
    )
    command.add_argument("--version", action="version", version=VERSION, help=argparse.SUPPRESS)
    return command


def _add_authoring(commands: Any) -> None:
    build = _add(commands, "build", "Pack a folder as an extension package.")
    build.add_argument("--source-dir", metavar="DIR", default=".", help="the folder to pack")
    build.add_argument("--output-dir", metavar="DIR", default=".", help="the folder of the package")
    build.add_argument("--output-filepath", metavar="FILE", default="", help="the package")
    _add_tags(build)
    build.add_argument("--split-platforms", action="store_true", help="a package per platform")
    build.add_argument("--verbose", action="store_true", help="list every file")
    validate = _add(commands, "validate", "Check a folder or a package.")
    validate.add_argument("source_path", metavar="SOURCE_PATH", nargs="?", default=".")
    _add_tags(validate)
    generate = _add(commands, "server-generate", "Write the listing of a folder of packages.")
    generate.add_argument("--repo-dir", metavar="DIR", required=True, help="the folder")
    generate.add_argument("--repo-config", metavar="FILE", default="", help="its configuration")
    generate.add_argument("--html", action="store_true", help="write index.html too")
    generate.add_argument("--html-template", metavar="FILE", default="", help="its template")
    generate.add_argument(
        "--assetlib-auth-method",
        choices=ASSETLIB_AUTH_METHODS,
        default="",
        help="whose token Blender sends to asset libraries",
    )


def _add_tags(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--valid-tags", metavar="FILE", default="", help="accept only the tags in this file"
    )


def _add_queries(commands: Any) -> None:
    listed = _add(commands, "list", "List the extensions of a repository.")
    _add_remote(listed)
    _add_local(listed)
    info = _add(commands, "repo-info", "Summarize a repository.")
    _add_remote(info)
    for command in (listed, info):
        _add_demotion(command)


def _add_changes(commands: Any) -> None:
    sync = _add(commands, "sync", "Fetch the listing of a repository.")
    _add_remote(sync)
    _add_local(sync)
    sync.add_argument("--remote-name", metavar="NAME", default="", help="the name for messages")
    sync.add_argument(
        "--force-exit-ok", action="store_true", help="succeed if the reader of messages is gone"
    )
    _add_demotion(sync)
    sync.add_argument(
        "--extension-override", metavar="SUFFIX", default="", help="write index.json + SUFFIX"
    )
    install = _add(commands, "install", "Install extensions of a repository.")
    install.add_argument("packages", metavar="PACKAGES", help="ids, separated by commas")
    _add_remote(install)
    _add_local(install)
    install.add_argument(
        "--local-cache", type=_zero_or_one, default=True, help="1 to keep packages, 0 to remove"
    )
    files = _add(commands, "install-files", "Install extensions from package files.")
    files.add_argument("files", metavar="FILE", nargs="+")
    _add_local(files)
    uninstall = _add(commands, "uninstall", "Remove extensions.")
    uninstall.add_argument("packages", metavar="PACKAGES", help="ids, separated by commas")
    _add_local(uninstall)
    uninstall.add_argument("--user-dir", metavar="DIR", default="", help="remove user files too")
    for command in (install, files):
        command.add_argument("--blender-version", metavar="VERSION", default="0.0.0")
        command.add_argument("--python-version", metavar="VERSION", default="0.0.0")
    for command in (install, files, uninstall):
        command.add_argument(
            "--temp-prefix-and-suffix",
            metavar="PREFIX/SUFFIX",
            type=_names,
            default="./.temp",
            help="name of an extension that is being removed",
        )


def _add_dummies(commands: Any) -> None:
    repo = _add(commands, "dummy-repo", "Make a repository for tests.")
    repo.add_argument("--package-names", metavar="NAMES", required=True)
    repo.add_argument("--repo-dir", metavar="DIR", required=True)
    progress = _add(commands, "dummy-progress", "Report progress, for tests.")
    progress.add_argument("--time-duration", type=float, default=0.0)
    progress.add_argument("--time-delay", type=float, default=0.05)
    progress.add_argument("--steps-limit", type=int, default=100)


def _add_remote(command: argparse.ArgumentParser) -> None:
    command.add_argument("--remote-url", metavar="URL", required=True, help="the repository")
    command.add_argument("--online-user-agent", metavar="NAME", default="")
    command.add_argument("--access-token", metavar="TOKEN", default="")
    command.add_argument("--timeout", metavar="SECONDS", type=float, default=10.0)


def _add_local(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--local-dir", metavar="DIR", required=True, help="the folder of the repository"
    )


def _add_demotion(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--demote-connection-errors-to-status",
        action="store_true",
        help="report a failed connection as a status",
    )


def _names(text: str) -> str:
    """Accept names that are hidden from Blender and do not lead out of the folder of the extensions."""
    prefix, slash, suffix = text.partition("/")
    if not slash or prefix[:1] != "." or prefix == ".." or {"/", "\\"} & {*prefix, *suffix}:
        raise argparse.ArgumentTypeError("expected a prefix that begins with a dot, / and a suffix")
    return text


def _zero_or_one(text: str) -> bool:
    if text not in ("0", "1"):
        raise argparse.ArgumentTypeError("expected 0 or 1")
    return text == "1"
