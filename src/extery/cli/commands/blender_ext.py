"""``extery blender-ext``: the tool that Blender starts for every action on extensions."""

from __future__ import annotations

import click


@click.command(
    "blender-ext",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", metavar="[COMMAND] [ARGS]...", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Do what Blender's own tool blender_ext.py does, with the same arguments and messages.

    COMMAND is one of build, dummy-progress, dummy-repo, install, install-files, list, repo-info, server-generate,
    sync, uninstall and validate; 'extery blender-ext COMMAND --help' describes its options. Blender can start this
    command in place of its own tool.
    """
    from extery.blender_ext.tool import run

    ctx.exit(run(arguments))
