"""Runs inside Blender, or in a Python with ``bpy``: reads and changes Blender's preferences for `extery.client.blender`.

The last argument is a file with the job: an action and its arguments, the expected series, and the file for the
result. Imports nothing of Extery: another Python runs it. The folder is no package, so nothing of Extery imports it.
"""

import json
import os
import sys
import traceback

import bpy

# isort: split
# It comes with bpy, which sets its path.
import addon_utils

#: The first bpy module whose operator for reading saved preferences does not crash.
FIRST_READING_MODULE = (4, 3)


class Refusal(Exception):
    """The job cannot be done; the text is a reason that the caller knows."""


def check_version(series):
    if list(bpy.app.version[:2]) != series:
        raise Refusal("version")


def preferences_file():
    return os.path.join(bpy.utils.user_resource("CONFIG"), "userpref.blend")


def load_preferences():
    """Read the saved preferences, which the module ``bpy`` does not do by itself, as Blender does."""
    is_module = not bpy.app.binary_path
    if is_module and os.path.exists(preferences_file()):
        if bpy.app.version[:2] < FIRST_READING_MODULE:
            raise Refusal("preferences")
        keep_missing_addons()
        bpy.ops.wm.read_userpref()


def keep_missing_addons():
    """Keep enabled add-ons in the preferences whose folder was renamed, as the program Blender does at its start.

    The module would enable them after reading, and forget those that it does not find.
    """
    name = "_initialize_extension_repos_post_addons_restore"
    if hasattr(addon_utils, name):
        setattr(addon_utils, name, lambda *_: None)


def save_preferences():
    bpy.ops.wm.save_userpref()
    if not os.path.exists(preferences_file()):
        raise RuntimeError("the preferences were not written")


def repositories():
    """Return the repositories in the preferences, and whether the user allows online access."""
    preferences = bpy.context.preferences
    rows = [
        {
            "name": repo.module,
            "title": repo.name,
            "url": repo.remote_url if repo.use_remote_url else "",
            "folder": repo.custom_directory if repo.use_custom_directory else "",
            "enabled": repo.enabled,
            "is_system": not repo.use_remote_url and repo.source == "SYSTEM",
            "token": repo.access_token if repo.use_access_token else "",
        }
        for repo in preferences.extensions.repos
    ]
    return {
        "repositories": rows,
        "online_access": preferences.system.use_online_access,
        "was_asked": preferences.extensions.use_online_access_handled,
    }


def find_repository(row):
    """Return the repository with the name of the row, else with its URL."""
    repos = list(bpy.context.preferences.extensions.repos)
    for repo in repos:
        if repo.module == row["name"]:
            return repo
    url = row["url"].rstrip("/")
    for repo in repos:
        if url and repo.use_remote_url and repo.remote_url.rstrip("/") == url:
            return repo
    return None


def rename_module(repo, name):
    """Rename a repository with its add-ons, also those that Blender has not found in the renamed folder."""
    old = repo.module
    repo.module = name
    for addon in bpy.context.preferences.addons:
        if addon.module.startswith(f"bl_ext.{old}."):
            addon.module = f"bl_ext.{name}.{addon.module.split('.', 2)[2]}"


def write_repository(row):
    """Add or change a repository; return what was done."""
    repo = find_repository(row)
    if repo is None:
        repo = bpy.context.preferences.extensions.repos.new(
            name=row["title"] or row["name"],
            module=row["name"],
            custom_directory=row["folder"],
            remote_url=row["url"],
        )
        change = "added"
    else:
        change = "known"
    if repo.module != row["name"]:
        rename_module(repo, row["name"])
        change = "changed"
    wanted = {
        "use_remote_url": bool(row["url"]),
        "use_custom_directory": bool(row["folder"]),
        "enabled": row["enabled"],
        **({"remote_url": row["url"]} if row["url"] else {}),
        **({"custom_directory": row["folder"]} if row["folder"] else {}),
        **({"use_access_token": True, "access_token": row["token"]} if row["token"] else {}),
    }
    for key, value in wanted.items():
        if getattr(repo, key) != value:
            setattr(repo, key, value)
            change = "changed" if change == "known" else change
    return {"name": repo.module, "wanted": row["name"], "change": change}


def write_repositories(rows):
    """Write repositories into the preferences, and save them if that changed anything."""
    changes = [write_repository(row) for row in rows]
    if any(item["change"] != "known" for item in changes):
        save_preferences()
    return changes


def describe(error, folder):
    """Return the text of an error, with the last line of the extension that it came through."""
    text = f"{type(error).__name__}: {error}"
    inside = os.path.realpath(folder) + os.sep
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = os.path.realpath(frame.filename)
        if path.startswith(inside):
            return f"{text} ({path[len(inside) :]}, line {frame.lineno})"
    return text


def ensure_repository(row, added):
    """Add a repository that the preferences do not know; return whether Blender loads extensions from its folder."""
    repo = find_repository(row)
    if repo is None:
        write_repository({**row, "token": ""})
        save_preferences()
        added.append(row["name"])
        repo = find_repository(row)
    is_same_folder = os.path.realpath(repo.directory) == os.path.realpath(row["path"])
    return repo.module == row["name"] and repo.enabled and is_same_folder


class Extension:
    """An installed extension of a job, with the errors that it reports."""

    def __init__(self, row):
        self.repository = row["repository"]
        self.id = row["id"]
        self.main_file = row["main_file"]
        self.name = f"{self.repository['name']}.{self.id}"
        self.folder = os.path.join(self.repository["path"], self.id)
        self.errors = []


def switch_addon(extension, enable):
    """Enable or disable an add-on; return whether that changed the preferences."""
    module, report = f"bl_ext.{extension.name}", extension.errors.append
    is_known, is_loaded = addon_utils.check(module)
    if is_known == enable and (is_loaded or not enable):
        return False
    if not enable:
        addon_utils.disable(module, default_set=True, handle_error=report)
        return True
    # One that the preferences have, and that did not load at the start, keeps its settings if it fails again.
    try:
        if addon_utils.enable(module, default_set=not is_known, handle_error=report) is None:
            errors = extension.errors
            raise errors.pop(0) if errors else RuntimeError("Blender did not load it")
    except BaseException:  # after sys.exit(), Blender itself does not remove it
        if not is_known:
            forget_addon(module)
        raise
    return not is_known


def forget_addon(module):
    addons = bpy.context.preferences.addons
    for addon in [item for item in addons if item.module == module]:
        addons.remove(addon)


def switch_theme(extension, enable):
    """Apply a theme, also the active one, whose file may be new; or go back to the default theme."""
    if enable:
        if not extension.main_file:
            raise RuntimeError("it has no .xml file")
        path = os.path.join(extension.folder, extension.main_file)
        try:
            bpy.ops.script.execute_preset(
                filepath=path, menu_idname="USERPREF_MT_interface_theme_presets"
            )
        except RuntimeError as error:  # with the text of a whole traceback
            lines = [line.strip() for line in str(error).splitlines()]
            reasons = [line for line in lines if line and not line.startswith("Location:")]
            raise RuntimeError(f"{extension.main_file} cannot be applied: {reasons[-1]}") from error
        return True
    active = os.path.dirname(bpy.context.preferences.themes[0].filepath)
    if not active or os.path.realpath(active) != os.path.realpath(extension.folder):
        return False
    bpy.ops.preferences.reset_default_theme()
    return True


def switch_asset_library(extension, enable):
    """Enable or disable the asset library of an extension; return whether that changed the preferences."""
    if is_library_enabled(extension.name) == enable:
        return False
    # The operators count the enabled repositories.
    names = [repo.module for repo in bpy.context.preferences.extensions.repos if repo.enabled]
    operators = bpy.ops.extensions
    switch = (
        operators.package_asset_library_enable
        if enable
        else operators.package_asset_library_disable
    )
    if extension.repository["name"] in names:
        switch(repo_index=names.index(extension.repository["name"]), pkg_id=extension.id)
    if is_library_enabled(extension.name) != enable:
        raise RuntimeError("Blender did not change its asset libraries")
    return True


def is_library_enabled(name):
    libraries = bpy.context.preferences.filepaths.asset_libraries
    return any(item.extension_id == name and item.enabled for item in libraries)


SWITCHES = {item.__name__: item for item in (switch_addon, switch_asset_library, switch_theme)}


def switch_extension(row, enable, added):
    """Enable or disable an extension; return what was done."""
    extension = Extension(row)
    if enable and not ensure_repository(extension.repository, added):
        return {"change": "repository", "errors": []}
    try:
        changed = SWITCHES[row["switch"]](extension, enable)
        change = ("enabled" if enable else "disabled") if changed else "unchanged"
        if changed:
            save_preferences()
    except BaseException as error:  # an add-on may call sys.exit()
        extension.errors.insert(0, error)
        change = "failed"
    errors = [describe(error, extension.folder) for error in extension.errors]
    return {"change": change, "errors": errors}


def switch_extensions(rows, enable):
    """Enable or disable extensions, and save the preferences after each.

    A theme is the last one: one that cannot be applied leaves some of its colours, which are not saved then.
    """
    added = []
    changes = [switch_extension(row, enable, added) for row in rows]
    return {"changes": changes, "repositories": added}


ACTIONS = {
    "repositories": repositories,
    "switch_extensions": switch_extensions,
    "write_repositories": write_repositories,
}


def run(job):
    """Return the answer to a job: its result, or why there is none."""
    version = ".".join(map(str, bpy.app.version))
    try:
        check_version(job["series"])
        load_preferences()
        return {"result": ACTIONS[job["action"]](**job["arguments"]), "version": version}
    except Refusal as refusal:
        return {"refusal": str(refusal), "version": version}
    except Exception:
        return {"error": traceback.format_exc(limit=-3), "version": version}


def main():
    with open(sys.argv[-1], encoding="utf-8") as file:
        job = json.load(file)
    answer = run(job)
    with open(job["answer"] + ".new", "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(job["answer"] + ".new", job["answer"])
    sys.stdout.flush()
    os._exit(0)  # without exit handlers, in which the module can crash


main()
