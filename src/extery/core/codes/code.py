"""Codes of the code of add-ons, reported by `extery check` and for uploads."""

from __future__ import annotations

from extery.core.codes import Code

_LEFT = {
    "class": (
        "classes are registered with {name} and never unregistered",
        "call bpy.utils.unregister_class for each of them in unregister()",
    ),
    "keymap": (
        "{name} adds to a key map, and nothing removes it",
        "keep the pairs of key map and item, and call keymap.keymap_items.remove(item) for each in unregister()",
    ),
    "draw": (
        "{name} adds a drawing function, and nothing removes it",
        "keep what draw_handler_add returns, and call draw_handler_remove with it in unregister()",
    ),
    "preview": (
        "{name} loads previews, and nothing removes them",
        "call bpy.utils.previews.remove with the collection in unregister()",
    ),
    "message": (
        "{name} subscribes, and nothing ends it",
        "call bpy.msgbus.clear_by_owner with the owner in unregister()",
    ),
    "tool": (
        "{name} adds a tool, and nothing removes it",
        "call bpy.utils.unregister_tool in unregister()",
    ),
    "nodes": (
        "{name} adds node categories, and nothing removes them",
        "call nodeitems_utils.unregister_node_categories in unregister()",
    ),
    "translations": (
        "{name} adds translations, and nothing removes them",
        "call bpy.app.translations.unregister(__package__) in unregister()",
    ),
    "manual": (
        "{name} adds pages of a manual, and nothing removes them",
        "call bpy.utils.unregister_manual_map in unregister()",
    ),
    "timer": (
        "{name} starts a timer that repeats, and nothing stops it",
        "call bpy.app.timers.unregister with the function in unregister(), if is_registered says that it still runs",
    ),
    "handler": (
        "{name} adds a handler, and nothing removes it",
        "remove the function from the same list in unregister()",
    ),
    "menu": (
        "{name} adds to a menu or panel, and nothing removes it",
        "call remove of the same type with the function in unregister()",
    ),
    "property": ("the property {name} is never deleted", "write 'del {name}' in unregister()"),
}

_UNREGISTER = "add what undoes it to unregister()"

CODES = {
    "code.syntax": Code(
        "warning", "Python cannot read a module",
        "The add-on fails as soon as the module is imported, in each Blender with that Python.",
        message="Python {python} cannot read {file}: {reason}",
        hint="correct the line, or raise blender_version_min to a Blender whose Python can read it",
        example={"file": "gears.py", "reason": "invalid syntax", "python": "3.11"},
    ),
    "code.undefined-name": Code(
        "warning", "a name is not defined",
        "The code raises NameError when it gets there, which for most users is a button that does nothing. ruff finds such names (its rule F821).",
        message="{name} is not defined in {file}",
        hint="import or define it, or correct the name",
        example={"name": "maths", "file": "gears.py"},
    ),
    "code.not-analyzed": Code(
        "warning", "a module cannot be analysed",
        "Code that no tool can read in reasonable time is not checked by any of the other rules, and a reviewer cannot read it either.",
        message="{file} was not checked",
        hint="split the module, and keep data in files of their own, such as JSON",
        variants={
            "time": ("{file} was not checked: reading it takes too long", ""),
            "memory": ("{file} was not checked: reading it takes too much memory", ""),
            "size": ("{file} was not checked: it is too large", ""),
            "nesting": ("{file} was not checked: its expressions are nested too deeply", ""),
        },
        example={"file": "tables.py", "variant": "nesting"},
    ),
    "code.removed-module": Code(
        "warning", "a module of the standard library is gone",
        "Blender 5.1 and newer have Python 3.13, which no longer has some modules that Python 3.11 has: the import fails there.",
        message="{module} is not in Python {python}: it was removed in {since}",
        hint="use its successor (importlib for imp, setuptools or packaging for distutils), or set blender_version_max to 5.1.0",
        variants={"late": ("{module}, imported when this function runs, is not in Python {python}: it was removed in {since}", "")},
        example={"module": "imp", "python": "3.13", "since": "3.12"},
    ),
    "code.bl-info": Code(
        "warning", "bl_info is left over",
        "Blender reads the manifest of an extension and ignores bl_info; the two will differ one day. Keep it only if the same files are also installed as a legacy add-on.",
        message="bl_info is ignored in an extension",
        hint="remove bl_info; read the version from the manifest where the code needs it",
    ),
    "code.import-path": Code(
        "warning", "the import path of all of Blender is changed",
        "Every other add-on then finds these modules too, or the wrong ones of the same name. It is what reviewers send back most often.",
        message="{name} is changed for all of Blender",
        hint="import relatively (from . import gears), and bundle libraries as wheels",
        variants={"modules": ("a module is put into {name} for all of Blender", "keep the module in a variable of your own")},
        example={"name": "sys.path.append"},
    ),
    "code.pip": Code(
        "warning", "Python packages are installed while Blender runs",
        "An extension is complete as it is: what pip installs changes the Python of all add-ons, needs the internet, and fails where Blender's folder is read-only.",
        message="{what} installs packages while Blender runs",
        hint="bundle the libraries as wheels: 'extery wheels add NAME' downloads them and lists them in the manifest",
        example={"what": "subprocess.run(… pip …)"},
    ),
    "code.dynamic-execution": Code(
        "warning", "code is put together and executed",
        "Code that is only known when it runs cannot be reviewed, and control of the text is control of Blender.",
        message="{name} executes code that is put together when it runs",
        hint="call functions by name, use ast.literal_eval for values, and a table of functions for choices",
        variants={"decoded": ("{name} executes code that {source} decodes", "put the code into the module as it is: encoded code is refused")},
        example={"name": "exec"},
    ),
    "code.obfuscated": Code(
        "warning", "code is not readable",
        "Code has to be reviewable: encoded, compressed or minified code is refused.",
        message="{file} has a line of {length:,} characters",
        hint="pack the code as it was written; keep data in files",
        variants={"encoded": ("{file} contains an encoded text of {length:,} characters", "keep data in a file of its own, in its usual format")},
        example={"file": "core.py", "length": 48000},
    ),
    "code.thread-bpy": Code(
        "warning", "a thread uses bpy",
        "Blender's data may change or go away at any moment while another thread uses it: Blender crashes, not always and not at once.",
        message="{function}, which runs in a thread (line {line}), uses {name}",
        hint="let the thread put its result into a queue.Queue, and read it in a function of bpy.app.timers",
        variants={"called": ("{function}, which {target} calls in a thread ({file}:{line}), uses {name}", "")},
        example={"function": "download", "target": "work", "file": "gears.py", "line": 12, "name": "bpy.data.images.load"},
    ),
    "code.preferences-name": Code(
        "warning", "preferences are looked up by a wrong name",
        "The module of an extension is bl_ext.REPOSITORY.ID, and each user's repository may have another name: the look-up raises KeyError.",
        message="preferences are looked up by {name}",
        hint="use __package__; in a folder of the add-on import it from the add-on's __init__.py ('from .. import __package__ as base_package')",
        variants={"class": ("the preferences are registered as {name}", "write 'bl_idname = __package__'; in a folder of the add-on import that of its __init__.py")},
        example={"name": '"gear_tool"'},
    ),
    "code.self-import": Code(
        "warning", "the add-on imports itself by an absolute name",
        "The module of an extension is bl_ext.REPOSITORY.ID, so its id alone is no module: the import fails.",
        message="{module} is imported by an absolute name",
        hint="import relatively: 'from . import gears', and 'from .. import gears' in a folder",
        variants={"local": ("{module} is a module of this add-on, and imported by an absolute name", "write 'from . import {top}', or '..' in a folder")},
        example={"module": "gear_tool.gears"},
    ),
    "code.not-unregistered": Code(
        "warning", "something stays registered when the add-on is disabled",
        "It stays until Blender is closed, works on what is gone, and makes enabling the add-on again fail or do it twice.",
        message="{name} is not undone",
        hint=_UNREGISTER,
        variants=_LEFT,
        example={"variant": "handler", "name": "bpy.app.handlers.load_post.append", "more": 0},
    ),
    "code.no-unregister": Code(
        "warning", "register() or unregister() is missing",
        "Blender calls both: without register() enabling fails, without unregister() disabling does, and the add-on stays half enabled.",
        message="__init__.py has no {name}()",
        hint="define def {name}(): in __init__.py",
        example={"name": "unregister"},
    ),
    "code.online-access": Code(
        "warning", "the network is used without asking",
        "Users decide in the preferences whether Blender may use the internet, and an add-on has to respect it.",
        message="{name} uses the network, and nothing reads bpy.app.online_access",
        hint="check 'if not bpy.app.online_access:' first, and tell the user where to allow it",
        example={"name": "requests.get"},
    ),
    "code.undeclared-permission": Code(
        "warning", "a permission is needed and not declared",
        "Users see the permissions before they install, and reviewers compare them with the code.",
        message='{name} needs the permission "{permission}"',
        hint='add it to [permissions] with the reason that users will read: {permission} = "Why it is needed"',
        example={"name": "requests.get", "permission": "network", "more": 0},
    ),
    "code.unused-permission": Code(
        "warning", "a permission is declared and not needed",
        "A permission that is not needed frightens users, and reviewers ask about it.",
        message='nothing in the code needs the permission "{permission}"',
        hint="remove it, or say in the description what needs it",
        example={"permission": "clipboard"},
    ),
    "code.subprocess": Code(
        "warning", "another program is started",
        "Manifests have no permission for it, so the description has to say which program is started and why.",
        message="{name} starts another program",
        hint="say in the description which program is started; call it with a list of arguments",
        variants={"shell": ("{name} starts a shell", "call the program itself with a list of arguments: subprocess.run([program, argument])")},
        example={"name": "subprocess.run", "more": 0},
    ),
    "code.writes-own-folder": Code(
        "warning", "the add-on writes into its own folder",
        "An update replaces the folder and all that is in it, and it is read-only where an administrator installed it.",
        message="{name} writes into the add-on's own folder",
        hint='write to bpy.utils.extension_path_user(__package__, path="", create=True)',
        example={"name": "open"},
    ),
    "code.self-updater": Code(
        "warning", "the add-on updates itself",
        "Blender and the repository update extensions; a second updater gets around the review, and the two overwrite each other.",
        message="{file} is an updater",
        hint="remove it and its operators: a new version in the repository reaches every user",
        variants={"releases": ("{file} downloads releases from {url}", "")},
        example={"file": "addon_updater.py"},
    ),
    "code.donation-link": Code(
        "warning", "the interface links to payments",
        "Links to donations, shops and sponsors belong on the page of the extension, not into Blender's interface.",
        message="the code contains a link to {site}",
        hint="move the link to the description, or set website in the manifest",
        example={"site": "patreon.com"},
    ),
    "code.interference": Code(
        "warning", "Blender or other add-ons are changed",
        "An add-on works beside others: it does not reload, disable or reset what is not its own.",
        message="{name} changes Blender for everybody",
        hint="do only what your own add-on needs",
        variants={
            "reload": ("{name} reloads all add-ons", "register and unregister your own classes instead"),
            "settings": ("{name} loses the user's unsaved work", "open nothing that the user did not ask for"),
            "preferences": ("{name} saves all preferences of the user", "let the user save them; Blender does so by default when it quits"),
            "add-ons": ("{name} disables or removes add-ons", "tell the user which add-on is in conflict"),
            "keymap": ("{name} removes key map items of Blender or the user", "add items to keyconfigs.addon, and remove only those"),
        },
        example={"name": "bpy.ops.script.reload", "variant": "reload"},
    ),
    "code.operator-name": Code(
        "warning", "a class cannot be registered by its name",
        "Blender refuses an invalid bl_idname when the add-on is enabled.",
        message='bl_idname "{name}" is no valid name of an operator',
        hint="use lower-case letters, digits and underscores, with one dot: gears.add",
        variants={
            "long": ('bl_idname "{name}" has more than {limit} characters', "use a shorter name"),
            "infix": ('bl_idname "{name}" of a {kind} has no {infix}', "name it in upper case, the infix, then a name: GEARS{infix}settings"),
        },
        example={"name": "AddGear", "kind": "Operator"},
    ),
    "code.taken-name": Code(
        "warning", "a class has the name of another one",
        "Under one name Blender knows one operator, panel or menu. The class that is registered later replaces the other, and when it is unregistered, neither is left. An operator that is written in C cannot be replaced.",
        message='bl_idname "{name}" is that of {blenders}: the {kind} replaces Blender\'s own',
        hint="choose a name of your own, for example {own}",
        variants={
            "native": ('bl_idname "{name}" is that of {blenders}, and cannot be replaced: registering the {kind} fails', ""),
            "shipped": ('bl_idname "{name}" is that of the add-on {owner}, which Blender ships: only one {kind} of this name can be registered', ""),
            "shipped-several": ('bl_idname "{name}" and {more} more are those of the add-on {owner}, which Blender ships: of each name only one class can be registered', ""),
            "twice": ('bl_idname "{name}" of this {kind} is that of {first} too ({place})', "give each class a name of its own"),
        },
        example={"name": "mesh.primitive_gear", "kind": "operator", "blenders": "Blender 4.2 and 4.5", "own": "'gear_tool.primitive_gear'", "owner": "rigify", "first": "AddGear", "place": "gears.py:12", "more": 3},
    ),
    "code.version-check": Code(
        "warning", "register() checks the version of Blender",
        "The manifest says for which Blender the extension is, and Blender does not offer it to others.",
        message="register() checks bpy.app.version and raises an error",
        hint="set blender_version_min and blender_version_max, and remove the check",
    ),
    "code.unused-module": Code(
        "warning", "a module is never imported",
        "It is downloaded by every user and read by every reviewer for nothing.",
        message="{file} is never imported",
        hint="leave it out with [build] paths_exclude_pattern, or import it",
        variants={"several": ("{file} and {more} more modules are never imported", "")},
        example={"file": "old_gears.py", "more": 0},
    ),
    "code.vendored-library": Code(
        "warning", "a library is copied into the add-on",
        "Blender shares wheels between add-ons and keeps their versions apart from each other; a copied library does not get its own updates, and its licence is easily forgotten.",
        message="{folder} contains libraries of others, {number} modules",
        hint="bundle them as wheels: 'extery wheels add NAME'; what has no wheel may stay, if it is imported relatively",
        example={"folder": "vendor", "number": 12},
    ),
}  # fmt: skip
