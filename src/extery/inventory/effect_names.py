"""Which names reach beyond Blender: networks, programs, native code, and code that is made at run time."""

from __future__ import annotations

import re

from extery.rules.permission_use import is_network_name

#: Modules with such names. A path through the own package that leads to one of them is taken as a path from it.
ROOTS = frozenset(
    {
        *("os", "posix", "nt", "subprocess", "asyncio", "multiprocessing", "pty", "builtins"),
        *("ctypes", "_ctypes", "cffi", "importlib", "runpy", "marshal", "pickle", "code", "types"),
        *("requests", "urllib", "urllib3", "httpx", "aiohttp", "http", "socket", "socketserver"),
        *("ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "xmlrpc", "websocket"),
        *("websockets", "paramiko", "pip", "ensurepip", "shutil", "boto3", "webbrowser"),
    }
)
_PROGRAM = re.compile(
    r"^(subprocess\.(run|Popen|call|check_call|check_output|getoutput|getstatusoutput)"
    r"|(?:os|posix|nt)\.(system|popen|startfile|fork|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)"
    r"|asyncio\.(?:subprocess\.)?create_subprocess_(exec|shell)|pty\.spawn"
    r"|multiprocessing\.(Process|Pool|get_context)|concurrent\.futures\.ProcessPoolExecutor"
    r"|pip\.main|pip\._internal\.main|ensurepip\.bootstrap|bpy\.ops\.wm\.path_open)$"
)
_NATIVE = re.compile(
    r"^(ctypes\.(CDLL|WinDLL|OleDLL|PyDLL)|ctypes\.(cdll|windll|oledll|pydll|pythonapi)\b.*"
    r"|ctypes\.util\.find_library|_ctypes\.\w+|cffi\.FFI|numpy\.ctypeslib\.load_library"
    r"|importlib\.machinery\.ExtensionFileLoader)$"
)
_DYNAMIC = re.compile(
    r"^(builtins\.(exec|eval|compile|__import__)|importlib\.import_module|runpy\.run_(path|module)"
    r"|importlib\.machinery\.Source\w*Loader|importlib\.util\.spec_from_(file_location|loader)"
    r"|marshal\.loads?|pickle\.(loads?|Unpickler)|types\.(CodeType|FunctionType)|code\.Interactive\w+"
    r"|timeit\.(timeit|repeat|Timer)|bpy\.utils\.execfile|bpy\.ops\.text\.run_script"
    r"|bpy\.ops\.script\.python_file_run|bpy\.ops\.preferences\.addon_install"
    r"|bpy\.ops\.extensions\.package_install(_files)?|sys\.path\.(append|insert|extend))$"
)
#: What leads to names that cannot be followed.
_HIDES = re.compile(
    r"(^|\.)(__dict__|__subclasses__|__globals__|__builtins__|__loader__)\b|^sys\.modules\b"
)


#: Modules through which others are reached, as ``subprocess.os``.
_NESTED = ("subprocess.os.", "shutil.os.", "importlib.os.")


def plain_name(name: str) -> str:
    """Return a path without the own modules that it goes through: ``.vendor.requests.get`` is ``requests.get``."""
    if not name.startswith((".", *_NESTED)):
        return name
    parts = name.split(".")
    starts = [index for index, part in enumerate(parts) if part in ROOTS and index < len(parts) - 1]
    return ".".join(parts[starts[-1] :]) if starts else name


def kind_of(name: str) -> str:
    """Return the kind of entry for a call of a name, or a use of it; empty if it is none of these."""
    if is_network_name(name):
        return "network"
    if _PROGRAM.match(name):
        return "programs"
    if _NATIVE.match(name):
        return "native_code"
    return "dynamic_code" if _DYNAMIC.match(name) else ""


def hides_names(name: str) -> bool:
    """Return whether a path leads to names by texts, so what is used of them is not known."""
    return _HIDES.search(name) is not None
