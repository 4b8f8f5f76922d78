"""The ``extery`` command: finds its commands, and turns errors into text and exit status.

Exit status: 0 done, 1 something is wrong or failed, 2 the command line was not understood,
130 interrupted. Data goes to stdout, everything said about it to stderr.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from extery import __version__
from extery.cli.added import added_commands, load_added

#: Command -> the line that ``extery --help`` shows. The module has the same name with
#: underscores and is imported only when the command is used.
COMMANDS = {
    "build": "Pack a folder as an extension package.",
    "mirror": "Mirror a repository into a folder that works from file:// and from any web server.",
    "preview": "Serve a folder of packages for trying out, and keep its listing up to date.",
    "server-check": "Check a repository, and name everything that is wrong for its users.",
    "server-generate": "Make a folder of packages a repository that Blender can subscribe to.",
    "validate": "Check manifests, folders and packages, and name everything that is wrong.",
}


class Commands(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*COMMANDS, *added_commands()])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS:
            module = import_module(f"extery.cli.commands.{name.replace('-', '_')}")
            command: click.Command = module.command
            return command
        target = added_commands().get(name)
        return load_added(target) if target else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing a single one of ours."""
        rows = dict(COMMANDS)
        for name, target in added_commands().items():
            command = None if name in rows else load_added(target)
            if command is not None:
                rows[name] = command.get_short_help_str(limit=100)
        with formatter.section("Commands"):
            formatter.write_dl(sorted(rows.items()))


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.version_option(__version__, message="extery %(version)s")
def extery() -> None:
    """Write, check, publish, host and install Blender extensions."""


def run(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its status."""
    try:
        status = extery.main(arguments, prog_name="extery", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader, `head` for example, has seen enough. Python would complain while closing.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        if error.filename is not None:
            raise
        # Not of a file that we have named: it is the output that cannot be written.
        click.echo(f"error: the output cannot be written: {error.strerror}", err=True)
        sys.exit(1)
    except Exception as error:
        # Imported here: `--help` needs no errors.
        from extery.cli.show import show_problems
        from extery.core.errors import ExteryError

        if not isinstance(error, ExteryError):
            raise
        show_problems(error.problems, stream=sys.stderr)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)
