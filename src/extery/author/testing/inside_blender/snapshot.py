"""What is registered and running in this Blender: a table of kinds, each with the keys of what there is."""

import builtins
import logging
import os
import signal
import ssl
import sys
import threading

import addon_utils
import bpy
import nodeitems_utils

#: Modules in which other add-ons rely on every function.
_SHARED_MODULES = (builtins, bpy.utils, bpy.path, addon_utils, os, sys, ssl)
#: Changed by Python or Blender itself.
_CHANGING = {"_", "last_exc", "last_type", "excepthook", "displayhook", "unraisablehook"}


def subclasses(root):
    """Return all classes below one."""
    found, stack = set(), [root]
    while stack:
        for cls in type.__subclasses__(stack.pop()):
            if cls not in found:
                found.add(cls)
                stack.append(cls)
    return found


def take(own_modules):
    """Return kind -> key -> thing; ``own_modules`` is the prefix of the names of the extension's modules."""
    properties = _properties()  # first: Blender makes its own classes when they are asked for
    classes = subclasses(bpy.types.bpy_struct)
    # The folder of the wheels of extensions, which Blender puts on the path.
    wheels = os.path.join(bpy.utils.user_resource("EXTENSIONS"), ".local")
    return {
        "classes": {id(cls): cls for cls in classes if _is_registered(cls)},
        "properties": properties,
        "menu entries": _menu_entries(classes, own_modules),
        "handlers": _handlers(),
        "key map items": _key_map_items(),
        "previews": _previews(),
        "threads": {id(thread): thread for thread in threading.enumerate()},
        "processes": _processes(),
        "modules": _modules(own_modules),
        "import paths": {path: path for path in sys.path if not path.startswith(wheels)},
        "import hooks": {id(hook): hook for hook in [*sys.meta_path, *sys.path_hooks]},
        "environment variables": {f"{k}={v}": k for k, v in os.environ.items()},
        "working folder": {os.getcwd(): os.getcwd()},
        "Python hooks": _python_hooks(),
        "replaced functions": _functions(),
        "data-blocks": _data_blocks(),
        "driver functions": {name: name for name in bpy.app.driver_namespace.keys()},  # noqa: SIM118
        "node categories": {
            name: name for name in getattr(nodeitems_utils, "_node_categories", {})
        },
        "manual pages": {id(item): item for item in getattr(bpy.utils, "_manual_map", [])},
        "log handlers": {id(item): item for item in logging.getLogger().handlers},
        "preferences": _preferences(),
    }


def _is_registered(cls):
    # Blender makes the classes of its own operators when they are asked for.
    return "bl_rna" in vars(cls) and cls.__module__ != "bpy.types"


def _properties():
    """Return the properties that Python has added to types of Blender, without those of subclasses."""
    found = {}
    for name in dir(bpy.types):
        cls = getattr(bpy.types, name)
        rna = getattr(cls, "bl_rna", None)
        if rna is None:
            continue
        for prop in rna.properties:
            if prop.is_runtime:
                found[name, prop.identifier] = cls
    return {
        key: f"{key[0]}.{key[1]}"
        for key, cls in found.items()
        if not any((base.__name__, key[1]) in found for base in cls.__mro__[1:])
    }


def _menu_entries(classes, own_modules):
    """Return the entries of classes that are not the extension's own."""
    return {
        (cls.__name__, id(function)): (cls.__name__, function)
        for cls in classes
        if not cls.__module__.startswith(own_modules)
        for function in getattr(getattr(cls, "draw", None), "_draw_funcs", None) or ()
    }


def _handlers():
    return {
        (name, id(function)): (name, function)
        for name in dir(bpy.app.handlers)
        if isinstance(getattr(bpy.app.handlers, name), list)
        for function in getattr(bpy.app.handlers, name)
    }


def _key_map_items():
    """Return the items of all configurations but the user's, which repeats the others."""
    found = {}
    configurations = bpy.context.window_manager.keyconfigs
    for title in ("addon", "default"):
        configuration = getattr(configurations, title)
        for key_map in configuration.keymaps if configuration else ():
            for item in key_map.keymap_items:
                keys = (item.type, item.value, item.shift, item.ctrl, item.alt, item.oskey)
                key = (title, key_map.name, item.idname, *keys)
                while key in found:  # the same item twice
                    key = (*key, "again")
                found[key] = (key_map.name, item.idname)
    return found


def _previews():
    from bpy.utils import previews

    return {str(name): str(name) for name in getattr(previews, "_uuid_open", ())}


def _processes():
    """Return the processes below this one, by number; on Linux only."""
    parents = {}
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return {}  # that of another process namespace
        numbers = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return {}
    for number in numbers:
        try:
            with open(f"/proc/{number}/stat", encoding="utf-8", errors="replace") as file:
                name, _, fields = file.read().partition("(")[2].rpartition(")")
        except OSError:
            continue
        state, parent = fields.split()[:2]
        if state not in "ZX":
            parents[int(number)] = (int(parent), name)
    own, found = {os.getpid()}, {}
    if (
        parents.get(1, (1, ""))[1] == "extery-init"
    ):  # in a process namespace, orphans belong to the first process
        own.add(1)
    for _ in range(50):
        new = {pid for pid, (parent, _) in parents.items() if parent in own} - own
        if not new:
            break
        own |= new
        found |= {pid: parents[pid][1] for pid in new}
    found.pop(os.getpid(), None)
    return found


def _modules(own_modules):
    own = (own_modules, own_modules + ".")
    return {
        (name, id(module)): (name, module)
        for name, module in list(sys.modules.items())
        if name != own[0] and not name.startswith(own[1])
    }


def _python_hooks():
    hooks = {
        "sys.excepthook": sys.excepthook,
        "sys.displayhook": sys.displayhook,
        "sys.unraisablehook": sys.unraisablehook,
        "threading.excepthook": threading.excepthook,
        "sys.stdout": sys.stdout,
        "sys.stderr": sys.stderr,
        "sys.settrace": sys.gettrace(),
        "sys.setprofile": sys.getprofile(),
    }
    for number in signal.valid_signals():
        try:
            hooks[f"signal {signal.Signals(number).name}"] = signal.getsignal(number)
        except ValueError:  # real-time signals
            continue
    return {(name, id(hook)): (name, hook) for name, hook in hooks.items() if hook is not None}


def _functions():
    return {
        (module.__name__, name, id(value)): (f"{module.__name__}.{name}", value)
        for module in _SHARED_MODULES
        for name, value in list(vars(module).items())
        if name not in _CHANGING and callable(value)
    }


def _data_blocks():
    found = {}
    for name in dir(bpy.data):
        value = getattr(bpy.data, name)
        if isinstance(value, bpy.types.bpy_prop_collection):
            found |= {(name, item.name): f"bpy.data.{name}[{item.name!r}]" for item in value}
    return found


def _preferences():
    preferences = bpy.context.preferences
    found = {f"repository {repo.module}": None for repo in preferences.extensions.repos}
    paths = preferences.filepaths
    found |= {f"asset library {item.name}": None for item in paths.asset_libraries}
    found |= {f"script folder {item.name}": None for item in paths.script_directories}
    found |= {f"add-on {item.module}": None for item in preferences.addons}
    return {name: name for name in found}
