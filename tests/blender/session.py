"""Runs in a ``bpy`` environment: the requests to a session of Blender, by Blender's add-on ``bl_pkg``.

Each request is one function in ``REQUESTS``; ``driver.py`` calls them. Importing this starts Blender.
"""

import json
import os
import sys
from pathlib import Path

import bpy

# isort: split
# These modules come with bpy, which sets their path.
import addon_utils
import bl_pkg
from bl_pkg import bl_extension_ops as client
from bl_pkg import bl_extension_utils as client_utils

messages = []


class RefusedError(Exception):
    """Blender refuses a request; the text says why."""


def collect_message(kind, text):
    """Collect the messages of sub-processes, which Blender prints in background mode."""
    if kind != "DONE":
        messages.append([kind, text if isinstance(text, str) else json.dumps(text)])


client._report = collect_message
# Blender reads the output of a sub-process without blocking, and stops when it has ended: output in
# between, often the error, is lost, more so on a busy machine. With this, each read waits for all output.
client_utils.file_handle_make_non_blocking = lambda _: None


def repositories():
    """Return the enabled repositories in the order of the operators' indices."""
    return client.extension_repos_read()


def index_of(module):
    for index, repository in enumerate(repositories()):
        if repository.module == module:
            return index
    raise RefusedError(f"no enabled repository {module!r}")


def manifests():
    """Return each enabled repository with its installed and its listed manifests."""
    store = bl_pkg.repo_cache_store_ensure()
    client.repo_cache_store_refresh_from_prefs(store)
    local = store.pkg_manifest_from_local_ensure(
        error_fn=print, check_files=True, ignore_missing=True
    )
    remote = store.pkg_manifest_from_remote_ensure(
        error_fn=print, check_files=True, ignore_missing=True
    )
    return [
        (repo, here or {}, there or {})
        for repo, here, there in zip(repositories(), local, remote, strict=True)
    ]


def find(extension_id, repository=None, *, installed):
    """Return the repository that lists the extension or has it installed."""
    for repo, here, there in manifests():
        if extension_id in (here if installed else there) and repository in (None, repo.module):
            return repo
    raise RefusedError(
        f"{extension_id!r} is {'installed from' if installed else 'listed in'} no repository"
    )


def module_of(extension_id):
    return f"bl_ext.{find(extension_id, installed=True).module}.{extension_id}"


def theme_in_use():
    return Path(bpy.context.preferences.themes[0].filepath)  # empty for the built-in one


def state_of(repo, extension_id, local, remote):
    """Return the state of an extension in Blender's list."""
    known = remote or local
    if known.type == "theme":
        enabled = Path(repo.directory, extension_id) in theme_in_use().parents
    elif known.type == "asset-library":
        enabled = any(
            library["extension_id"] == f"{repo.module}.{extension_id}" and library["enabled"]
            for library in asset_libraries()
        )
    else:
        enabled = addon_utils.check(f"bl_ext.{repo.module}.{extension_id}")[1]
    return {
        "repository": repo.module,
        "id": extension_id,
        "type": known.type,
        "name": known.name,
        "tagline": known.tagline,
        "listed": remote.version if remote else None,
        "installed": local.version if local else None,
        "outdated": bool(local and remote and local.version != remote.version),
        "blocked": remote.block.reason if remote and remote.block else None,
        "enabled": enabled,
        "archive_url": (
            client_utils.pkg_manifest_archive_url_abs_from_remote_url(
                repo.remote_url, remote.archive_url
            )
            if remote
            else None
        ),
        "archive_size": remote.archive_size if remote else None,
    }


def listing():
    """Return everything that is listed or installed, by repository and id."""
    return [
        state_of(repo, name, here.get(name), there.get(name))
        for repo, here, there in manifests()
        for name in sorted(here.keys() | there.keys())
    ]


def asset_libraries():
    """Return the entries of asset libraries that belong to extensions; Blender has them since 5.3."""
    return [
        {
            "extension_id": entry.extension_id,
            "name": entry.name,
            "remote_url": entry.remote_url,
            "enabled": entry.enabled,
        }
        for entry in bpy.context.preferences.filepaths.asset_libraries
        if getattr(entry, "extension_id", "")
    ]


def uses_token_for_asset_libraries(repository):
    """Return whether libraries of the repository get its token, by its listing. Since Blender 5.3."""
    repos = bpy.context.preferences.extensions.repos
    repo = next(repo for repo in repos if repo.module == repository)
    return repo.use_access_token_for_asset_libraries


def info():
    return {
        "release": bpy.app.version_string,
        "pid": os.getpid(),
        "extensions": bpy.utils.user_resource("EXTENSIONS"),
    }


def add_repository(name, url, token="", module=""):
    repo = bpy.context.preferences.extensions.repos.new(
        name=name, module=module or name, remote_url=url
    )
    if token:
        repo.use_access_token, repo.access_token = True, token
    return repo.module


def remove_repository(module):
    """Remove it from the preferences; installed extensions stay on disk."""
    repos = bpy.context.preferences.extensions.repos
    repos.remove(next(repo for repo in repos if repo.module == module))


def sync(repository=None):
    if repository is None and not any(repo.remote_url for repo in repositories()):
        return None  # Blender's operator fails without repositories
    if repository is None:
        return finished(bpy.ops.extensions.repo_sync_all())
    return finished(bpy.ops.extensions.repo_sync(repo_index=index_of(repository)))


def install(extension_id, repository=None, enable=True):
    repo = find(extension_id, repository, installed=False)
    return finished(
        bpy.ops.extensions.package_install(
            repo_index=index_of(repo.module), pkg_id=extension_id, enable_on_install=enable
        )
    )


def install_file(path, repository, enable=True):
    return finished(
        bpy.ops.extensions.package_install_files(
            filepath=path, repo=repository, enable_on_install=enable
        )
    )


def update_all():
    """Update outdated extensions; return those whose version changed."""
    before = {(item["repository"], item["id"]): item["installed"] for item in listing()}
    bpy.ops.extensions.package_upgrade_all()  # cancelled if nothing is outdated
    after = {(item["repository"], item["id"]): item["installed"] for item in listing()}
    return [[key[1], old, after[key]] for key, old in before.items() if old != after.get(key)]


def remove(extension_id):
    repo = find(extension_id, installed=True)
    return finished(
        bpy.ops.extensions.package_uninstall(repo_index=index_of(repo.module), pkg_id=extension_id)
    )


def enable(extension_id):
    failures = []
    addon_utils.enable(module_of(extension_id), default_set=True, handle_error=failures.append)
    if failures:
        raise RefusedError("; ".join(str(failure) for failure in failures))


def disable(extension_id):
    addon_utils.disable(module_of(extension_id), default_set=True)


def is_loaded(extension_id):
    module = sys.modules.get(module_of(extension_id))
    return bool(module and getattr(module, "__addon_enabled__", False))


def attribute(extension_id, name):
    return getattr(sys.modules[module_of(extension_id)], name)


def resolve_dropped_url(url):
    """Handle a dropped link up to the question whether to install."""
    link, parameters = client_utils.url_parse_for_blender(client.url_normalize(url))
    answer = {
        "url": link,
        "parameters": parameters,
        "known_repository": None,
        "extension": None,
        "incompatible": None,
    }
    unfit = client.pkg_manifest_params_compatible_or_error_for_this_system(
        blender_version_min=parameters.get("blender_version_min", ""),
        blender_version_max=parameters.get("blender_version_max", ""),
        platforms=[word for word in parameters.get("platforms", "").split(",") if word],
        python_versions=[word for word in parameters.get("python_versions", "").split(",") if word],
    )
    if isinstance(unfit, str):
        return answer | {"incompatible": unfit}
    if named := parameters.get("repository"):
        repo, _ = client._preferences_repo_find_by_remote_url(bpy.context, named)
        answer["known_repository"] = repo.module if repo else None
    sync(answer["known_repository"])
    index, _, found, remote, local = client.extension_url_find_repo_index_and_pkg_id(link)
    if index != -1:
        answer["extension"] = state_of(repositories()[index], found, local, remote)
    return answer


def finished(result):
    if result != {"FINISHED"}:
        raise RefusedError(f"Blender's operator ended with {', '.join(sorted(result))}")


def state_file():
    return Path(os.environ["BLENDER_USER_RESOURCES"], "driver-state.json")


def use_temporary_folder(path):
    """Replace the one that Blender took when it was loaded."""
    bpy.context.preferences.filepaths.temporary_directory = path


def save_state():
    """Save repositories and enabled add-ons; bpy cannot read its preferences back (4.2.23 crashes)."""
    repos = [
        {
            "name": repo.name,
            "url": repo.remote_url,
            "token": repo.access_token,
            "module": repo.module,
        }
        for repo in bpy.context.preferences.extensions.repos
        if repo.use_remote_url
    ]
    modules = [name for name in bpy.context.preferences.addons.keys() if name.startswith("bl_ext.")]  # noqa: SIM118
    state_file().write_text(
        json.dumps({"repositories": repos, "enabled": modules}), encoding="utf-8"
    )


def restore_state():
    """Restore factory settings without the public site, and the state of the session before."""
    bpy.context.preferences.system.use_online_access = True
    for repo in list(bpy.context.preferences.extensions.repos):
        if repo.use_remote_url:  # tests never connect to public servers
            bpy.context.preferences.extensions.repos.remove(repo)
    if state_file().exists():
        state = json.loads(state_file().read_text(encoding="utf-8"))
        for repo in state["repositories"]:
            add_repository(**repo)
        for module in state["enabled"]:
            addon_utils.enable(module, default_set=True)


REQUESTS = {
    request.__name__: request
    for request in (
        info, listing, add_repository, remove_repository, sync, install, install_file, update_all, remove, enable, disable,
        is_loaded, attribute, resolve_dropped_url, asset_libraries, uses_token_for_asset_libraries,
    )
}  # fmt: skip
