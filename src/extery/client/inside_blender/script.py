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


ACTIONS = {"repositories": repositories, "write_repositories": write_repositories}


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
