"""The ``extery`` command: finds its commands and runs one.

Exit status: 0 success, 1 errors were found or the command failed, 2 wrong usage, 130 interrupted. stdout receives
the result, stderr all other messages.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import click

from extery import __version__
from extery.cli.group import CommandGroup, load
from extery.cli.plugins import load_plugin, plugin_commands
from extery.cli.terminal import width_of

if TYPE_CHECKING:
    from types import ModuleType

MAX_HELP_WIDTH = 100
PACKAGE = "extery.cli.commands"

#: Heading of ``extery --help`` -> command -> its line there. The module of a command has the same
#: name with underscores and is imported only when the command is used.
SECTIONS = {
    "Find, install and enable extensions": {
        "repo": "Add, list and change the repositories that extensions are installed from.",
        "sync": "Fetch the listings of all enabled repositories.",
        "search": "Search the listed extensions.",
        "info": "Show extensions with all their versions: what each needs, and why it cannot be installed.",
        "install": "Install extensions from the repositories that were added.",
        "install-file": "Install packages that are files on this computer.",
        "update": "Update installed extensions.",
        "outdated": "List installed extensions that have a newer version.",
        "list": "List installed extensions, or those that can be installed.",
        "enable": "Enable installed extensions in Blender's preferences.",
        "disable": "Disable installed extensions in Blender's preferences.",
        "remove": "Remove installed extensions.",
        "pin": "Limit installed extensions to some versions.",
        "unpin": "Let pinned extensions be updated again.",
    },
    "Go back, repeat and repair": {
        "history": "List the last changes of installed extensions.",
        "undo": "Undo a change of installed extensions.",
        "rollback": "Bring an extension back to an earlier version.",
        "lock": "Write the exact packages of all installed extensions to a file.",
        "restore": "Install exactly the packages of a lock file or a bundle.",
        "bundle": "Put a lock file and its packages into one file, to install without a network.",
        "verify": "Compare installed extensions with their packages.",
        "repair": "Mend installed extensions that differ from their packages.",
        "files": "List the files of an installed extension.",
        "audit": "Report installed extensions that are blocked, outdated, unfit or in conflict.",
        "doctor": "Find problems of the network, the files and the extensions, and how to cure them.",
        "gc": "Remove replaced extensions and packages that are kept for undo.",
        "config": "Show or change the settings of the client.",
        "blender-ext": "Do what Blender's own tool blender_ext.py does, with the same arguments and messages.",
    },
    "Write extensions": {
        "new": "Create an add-on, a theme or an asset library to begin with.",
        "convert": "Turn an add-on from before Blender 4.2 into an extension.",
        "validate": "Check manifests, folders and packages, and report all problems.",
        "check": "Check folders and packages as a reviewer would, code and libraries included.",
        "inspect": "Show what an extension adds to Blender and what it uses.",
        "diff": "Show what a new version of an extension changes: what it may do, what it adds, and its files.",
        "test": "Try an extension in real Blenders.",
        "compat": "List the names of Blender's API that a Blender does not have or is going to remove.",
        "build": "Pack a folder as an extension package.",
        "wheels": "Bundle Python libraries as wheels: add, check, list, remove and verify them.",
        "sbom": "List the parts of an extension as a bill of materials (CycloneDX).",
        "rule": "Show a rule of `check`: its reason, the guideline it comes from, its cure, and examples.",
        "migrate": "Bring a manifest into another form or version of the schema.",
        "schema": "Print the JSON Schema of manifests, for editors.",
        "explain": "Explain a problem code: what it means, an example, its cure, and how to silence it.",
    },
    "Host a repository": {
        "server-generate": "Turn a folder of packages into a repository that Blender can subscribe to.",
        "server-check": "Check that a repository works for every Blender, and report all problems.",
        "preview": "Serve a folder of packages on this computer, and keep its listing up to date.",
        "mirror": "Mirror a repository into a folder that works from file:// and from any web server.",
    },
}
COMMANDS = {name: line for rows in SECTIONS.values() for name, line in rows.items()}
#: The heading of the commands of plugins.
_PLUGINS = "Run a website"


#: The words of the first design of Blender's extensions -> the commands of today.
OLD_NAMES = {
    "add-repository-local": "repo add",
    "add-repository-remote": "repo add",
    "create": "build",
    "install-from-disk": "install-file",
    "uninstall": "remove",
    "validate-manifest": "validate",
}


def load_command(name: str) -> click.Command:
    """Import one of `COMMANDS`."""
    return load(PACKAGE, name)


class Commands(CommandGroup):
    """The commands of `COMMANDS` and those of plugins."""

    old_names = OLD_NAMES

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*COMMANDS, *plugin_commands()])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            return load_command(name)
        target = plugin_commands().get(name)
        return load_plugin(target) if target else None

    def with_current_name(self, args: list[str]) -> list[str]:
        """Return arguments with the current name; a name for a repository was the second argument."""
        if args[0].startswith("add-repository-"):
            from extery.cli.old_words import with_named_repository

            args = [args[0], *with_named_repository(args[1:], load_command("repo"))]
        return super().with_current_name(args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; print the problems of an `ExteryError` and exit with status 1.

        The summary is the command's attribute ``on_failure``, which commands of plugins may have too.
        """
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            # Imported here to keep `--help` fast.
            from extery.core.errors import ExteryError

            if not isinstance(error, ExteryError):
                raise
            from extery.cli.output import Outcome, emit, prefix_problems

            name = ctx.invoked_subcommand or ""
            summary = getattr(self.get_command(ctx, name), "on_failure", "The command failed.")
            outcome = Outcome(False, summary, prefix_problems(error.problems))
            ctx.exit(emit(outcome, command=name, output_format="text"))

    def help_sections(self) -> dict[str, Mapping[str, str]]:
        """Return the commands with their lines of help, without importing those in `COMMANDS`."""
        rows = {}
        for name, target in sorted(plugin_commands().items()):
            command = None if name in COMMANDS else load_plugin(target)
            if command is not None:
                rows[name] = command.get_short_help_str(limit=100)
        return {**SECTIONS, _PLUGINS: rows}


@click.command(
    cls=Commands,
    rows=COMMANDS,
    package=PACKAGE,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": MAX_HELP_WIDTH},
    no_args_is_help=True,
)
@click.version_option(__version__, "-V", "--version", message="extery %(version)s")
def extery() -> None:
    """Write, check, publish, host and install Blender extensions."""


def _help_width() -> int:
    """Return the width of help texts, as click computes it, without importing shutil."""
    return max(min(width_of(sys.stdout), MAX_HELP_WIDTH) - 2, 50)


def run(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its status."""
    # httpx imports rich for its own command line where it is installed, which takes 50 ms.
    sys.modules.setdefault("httpx._main", cast("ModuleType", None))
    try:
        status = extery.main(
            arguments,
            prog_name="extery",
            standalone_mode=False,
            terminal_width=_help_width(),
        )
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader, for example `head`, has closed the pipe. Python would report an error at exit.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        if error.filename is not None:
            raise
        # Errors without a file name come from writing the output.
        click.echo(f"error: the output cannot be written: {error.strerror}", err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
