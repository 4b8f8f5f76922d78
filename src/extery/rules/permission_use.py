"""What needs a permission: calls of networks, files, the clipboard, cameras and microphones.

A finding needs certain evidence; that a permission is not needed needs the absence of everything that may be one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from extery.analysis.facts import Call, ModuleFacts, Position
from extery.rules.blender_modules import BLENDER_MODULES

if TYPE_CHECKING:
    from extery.rules.context import RuleContext

_NETWORK = re.compile(
    r"^(requests\.(get|post|put|patch|delete|head|options|request|Session|session)"
    r"|urllib\.request\.(urlopen|urlretrieve|build_opener)|urllib3\.(PoolManager|request|HTTPS?ConnectionPool)"
    r"|httpx\.(get|post|put|patch|delete|head|request|stream|Client|AsyncClient)|aiohttp\.(ClientSession|request)"
    r"|http\.client\.HTTPS?Connection|http\.server\.\w*HTTPServer|socketserver\.\w+Server|xmlrpc\.client\.ServerProxy"
    r"|socket\.(socket|create_connection|create_server)|ftplib\.FTP(_TLS)?|smtplib\.SMTP(_SSL)?|imaplib\.IMAP4(_SSL)?"
    r"|websockets?\.(connect|create_connection|serve|WebSocketApp|WebSocket)|paramiko\.SSHClient)$"
)
#: Calls that write or delete files.
_WRITES = re.compile(
    r"^(os\.(remove|unlink|rename|replace|rmdir|removedirs|makedirs|mkdir)"
    r"|shutil\.(copy|copy2|copyfile|copytree|move|rmtree|unpack_archive|make_archive)"
    r"|bpy\.ops\.wm\.(save_as_mainfile|alembic_export|usd_export|obj_export|stl_export|ply_export|collada_export)"
    r"|bpy\.ops\.export_scene\.\w+|bpy\.ops\.export_mesh\.\w+|bpy\.data\.libraries\.write)$"
)
#: Opening functions that write with a mode of writing; of those with a path of their own the mode is the first argument.
_OPENERS = {
    "builtins.open": 1,
    "io.open": 1,
    "codecs.open": 1,
    "os.fdopen": 1,
    "gzip.open": 1,
    "bz2.open": 1,
    "lzma.open": 1,
    "tarfile.open": 1,
    "zipfile.ZipFile": 1,
}
#: A path that is certainly one of `pathlib`, with what returns another path.
_PATH = (
    r"pathlib\.(Path|PosixPath|WindowsPath)(\(\))?(\.(parent|home|cwd|resolve|absolute|joinpath|expanduser"
    r"|with_(name|stem|suffix)|relative_to)(\(\))?)*"
)
_PATH_WRITES = re.compile(
    rf"^{_PATH}\.(mkdir|touch|unlink|rmdir|rename|replace|symlink_to|hardlink_to|chmod)$"
    # No other common object has methods of these names; a class of the author's own may.
    r"|^(?!~(self|cls)\.write)(~|pathlib\.).*\.write_(text|bytes)$"
    r"|^~.*\.save_render$"
)
_PATH_OPEN = re.compile(rf"^{_PATH}\.open$")
_FILE_HELPERS = (".ImportHelper", ".ExportHelper")
_CLIPBOARD = re.compile(r"(window_manager|wm)\.clipboard$")
_CAMERA = frozenset({"cv2.VideoCapture"})
_MICROPHONE = re.compile(
    r"^(pyaudio\.PyAudio|sounddevice\.(rec|InputStream|RawInputStream)|speech_recognition\.Microphone)$"
)

#: Parts of names of which one is in any code that needs the permission.
EVIDENCE = {
    "network": re.compile(
        r"^(requests|urllib|urllib3|httpx|aiohttp|http|socket|socketserver|ssl|ftplib|smtplib|imaplib|poplib|telnetlib|xmlrpc"
        r"|websockets?|paramiko|asyncio|webbrowser)\b|\.url_open|online_access|\.(urlopen|download)\b"
    ),
    "files": re.compile(
        r"^(os|io|shutil|pathlib|glob|tempfile|zipfile|tarfile|csv|json|pickle|sqlite3|gzip|builtins\.open|open|codecs|wave|struct)\b"
        r"|Helper$|filepath|\.(load|open|save|save_render|read|write|write_text|write_bytes|import_\w+|export_\w+|libraries|abspath|user_resource"
        r"|extension_path_user|\w*_import|\w*_export|\w*mainfile)\b"
    ),
    "clipboard": re.compile(r"clipboard|pyperclip|copy|paste"),
    "camera": re.compile(r"^(cv2|imageio|pygame|mediapipe)\b"),
    "microphone": re.compile(r"^(pyaudio|sounddevice|speech_recognition|pygame|aud|wave)\b"),
}
#: With these, a program may do anything.
_ANYTHING = re.compile(
    r"^(subprocess|ctypes|cffi|builtins\.(exec|eval|__import__)|importlib\.import_module|os\.(system|popen|exec|spawn))"
)

#: The module, the place in it, and the name that needs a permission.
Use = tuple[str, Position, str]


def is_network_name(name: str) -> bool:
    """Return whether a call of a name connects to another computer, or waits for connections."""
    return _NETWORK.match(name) is not None


def is_network_call(call: Call) -> bool:
    """Return whether a call connects to another computer, or waits for connections."""
    return is_network_name(call.name)


def writes_files(call: Call) -> bool:
    """Return whether a call writes, moves or deletes files."""
    return _permission_of(call) == "files"


def permission_uses(modules: Sequence[ModuleFacts]) -> dict[str, list[Use]]:
    """Return the places that certainly need a permission, by its name."""
    found: dict[str, list[Use]] = {
        "network": [],
        "files": [],
        "clipboard": [],
        "camera": [],
        "microphone": [],
    }
    for module in modules:
        for call in module.calls:
            if permission := _permission_of(call):
                found[permission].append((module.path, call.at, call.label))
        for one in module.classes:
            helper = next((base for base in one.bases if base.endswith(_FILE_HELPERS)), "")
            if helper:
                found["files"].append((module.path, one.at, helper.rpartition(".")[2]))
        for use in module.uses:
            if _CLIPBOARD.search(use.name):
                found["clipboard"].append((module.path, use.at, use.label))
    return found


def _permission_of(call: Call) -> str:
    if _NETWORK.match(call.name):
        return "network"
    if call.name in _OPENERS or _PATH_OPEN.match(call.name):
        mode = call.argument(_OPENERS.get(call.name, 0), "mode")
        writes = mode is not None and mode.kind == "str" and bool(set(mode.text) & set("wax+"))
        return "files" if writes else ""
    if _WRITES.match(call.name) or _PATH_WRITES.match(call.name):
        return "files"
    if call.name in _CAMERA:
        return "camera"
    return "microphone" if _MICROPHONE.match(call.name) else ""


def may_need(permission: str, modules: Sequence[ModuleFacts]) -> bool:
    """Return whether anything in the code may need a permission."""
    evidence = EVIDENCE[permission]
    for module in modules:
        names = [
            *(one.module for one in module.imports),
            *(call.name for call in module.calls),
            *(use.name for use in module.uses),
            *(base for one in module.classes for base in one.bases),
            *(one.value.text for one in module.assignments),
        ]
        if any(evidence.search(name) for name in names):
            return True
    return False


def may_use_anything(context: RuleContext) -> bool:
    """Return whether the code starts programs, or uses modules that are not analysed."""
    sources = context.sources
    local = {name.partition("/")[0].removesuffix(".py") for name in context.names}
    for module in sources.modules:
        for one in module.imports:
            top = one.module.partition(".")[0]
            known = top in sys.stdlib_module_names or top in BLENDER_MODULES or top in local
            if not one.level and not known:
                return True
        if any(_ANYTHING.match(call.name) for call in module.calls):
            return True
    return False
