"""Runs in a ``bpy`` environment, in place of the program ``blender``: what the suites of Blender's tool need of it.

``bpy`` neither reads preferences nor has a command line, so repositories and enabled add-ons are kept in a file here,
and ``--command extension`` calls Blender's own function for it. Our tool, whose command is in ``EXTERY_TOOL``, replaces
that of Blender, also for the commands for which Blender calls its tool as a module: they need nothing else of
Blender, which takes half a second to start.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

TOOL = json.loads(os.environ["EXTERY_TOOL"])
AUTHORING = ("build", "validate", "server-generate")


def command_of(arguments):
    """Return the command and its arguments after ``--command extension``, if there are any."""
    return arguments[arguments.index("--command") + 2 :] if "--command" in arguments else []


if "--python-expr" not in sys.argv and command_of(sys.argv)[:1] in [[name] for name in AUTHORING]:
    sys.exit(subprocess.run([*TOOL, *command_of(sys.argv)], check=False).returncode)

import bpy  # noqa: E402

# isort: split
# These modules come with bpy, which sets their path.
import addon_utils  # noqa: E402
from bl_pkg import bl_extension_cli, bl_extension_utils  # noqa: E402

STATE = Path(os.environ.get("BLENDER_USER_RESOURCES", "."), "config", "state.json")
FIELDS = (
    "name",
    "module",
    "enabled",
    "remote_url",
    "use_remote_url",
    "custom_directory",
    "use_custom_directory",
    "use_cache",
    "source",
)

bl_extension_utils.blender_ext_cmd = lambda _python_args: TOOL
# The file below takes the place of the preferences, and the operator prints a line that the program does not.
bl_extension_cli.blender_preferences_write = lambda: True
# Output that arrives just before the end of a process is lost otherwise.
bl_extension_utils.file_handle_make_non_blocking = lambda _: None


def restore_state():
    """Restore repositories and enabled add-ons."""
    bpy.context.preferences.system.use_online_access = True
    if not STATE.exists():
        return
    state = json.loads(STATE.read_text("utf-8"))
    repos = bpy.context.preferences.extensions.repos
    for repo in list(repos):
        repos.remove(repo)
    for values in state["repositories"]:
        repo = repos.new(name=values["name"], module=values["module"])
        for field in FIELDS:
            setattr(repo, field, values[field])
    # Wheels are those of all enabled add-ons, and imported only once.
    for module in state["enabled"]:
        bpy.context.preferences.addons.new().module = module
    addon_utils.extensions_refresh(ensure_wheels=True)
    for module in state["enabled"]:
        addon_utils.enable(module)


def enabled():
    addons = bpy.context.preferences.addons
    return [name for name in addons.keys() if name.startswith("bl_ext.")]  # noqa: SIM118


def save_state():
    repos = [
        {field: getattr(repo, field) for field in FIELDS}
        for repo in bpy.context.preferences.extensions.repos
    ]
    state = {"repositories": repos, "enabled": enabled()}
    STATE.parent.mkdir(parents=True, exist_ok=True)
    STATE.write_text(json.dumps(state), "utf-8")


def run(arguments):
    """Return the exit status of Blender."""
    if arguments == ["--version"]:
        print("Blender", bpy.app.version_string.split()[0])
        return 0
    restore_state()
    try:
        if "--python-expr" in arguments:
            exec(arguments[arguments.index("--python-expr") + 1], {})
        command = command_of(arguments)
        status = bl_extension_cli.cli_extension_handler(command)
        save_state()
    except SystemExit as end:
        return end.code or 0
    else:
        return status
    finally:
        for module in enabled():
            addon_utils.disable(module)


exit_status = run(sys.argv[1:])
sys.stdout.flush()
sys.stderr.flush()
os._exit(exit_status)  # without bpy's exit handlers: 4.2.23 can crash in them
