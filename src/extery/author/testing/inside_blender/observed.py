"""What the extension does while it is tested: files, connections and programs, seen by an audit hook of Python."""

import os
import sys

#: Event -> the permission it needs; programs have none in the manifest.
_EVENTS = {
    "open": "files",
    "os.remove": "files",
    "os.rename": "files",
    "os.rmdir": "files",
    "os.mkdir": "files",
    "os.link": "files",
    "os.symlink": "files",
    "os.truncate": "files",
    "os.chmod": "files",
    "shutil.rmtree": "files",
    "socket.connect": "network",
    "socket.bind": "network",
    "socket.sendto": "network",
    "socket.getaddrinfo": "network",
    "socket.gethostbyname": "network",
    "urllib.Request": "network",
    "subprocess.Popen": "programs",
    "os.system": "programs",
    "os.exec": "programs",
    "os.posix_spawn": "programs",
    "os.spawn": "programs",
    "os.fork": "programs",
    "os.forkpty": "programs",
    "os.startfile": "programs",
}
#: Read by Python's own modules, such as ssl and mimetypes.
_SYSTEM = ("/etc/", "/usr/", "/proc/", "/dev/", "/sys/", "/lib/", "/lib64/", "/opt/", "/bin/")
_IMPORT = "<frozen importlib"
MAX_ROWS = 200


class Observer:
    """Collects what frames of the extension cause, while it is active. Python cannot remove an audit hook."""

    def __init__(self, places, library_folders, own_folders):
        self._places = places
        self._libraries = tuple(os.path.realpath(folder) + os.sep for folder in library_folders)
        own = {os.path.realpath(folder) for folder in own_folders if folder}
        own |= {os.path.abspath(folder) for folder in own_folders if folder}
        self._own = tuple(folder + os.sep for folder in own)
        self.rows = {}
        self.is_active = False
        self._is_busy = False
        sys.addaudithook(self._hook)

    def _hook(self, event, arguments):
        permission = _EVENTS.get(event)
        if permission is None or not self.is_active or self._is_busy:
            return
        self._is_busy = True
        try:
            self._record(permission, event, arguments)
        except Exception as error:
            # An error of the hook must not become one of the extension.
            self.rows.setdefault(("hook", repr(error)), None)
        finally:
            self._is_busy = False

    def _record(self, permission, event, arguments):
        place, is_direct = self._cause(sys._getframe(2))
        if place is None:
            return
        detail = _describe(event, arguments)
        if permission == "files" and self._is_ordinary(arguments, is_direct):
            return
        if permission == "network" and detail is None:
            return
        key = (permission, detail or event, *place)
        if len(self.rows) < MAX_ROWS or key in self.rows:
            self.rows[key] = self.rows.get(key, 0) + 1

    def _cause(self, frame):
        """Return the place in the extension, or in its libraries, that causes an event, and whether it is the caller itself."""
        is_direct, depth = True, 0
        while frame is not None and depth < 200:
            name = frame.f_code.co_filename
            if name.startswith(_IMPORT):
                return None, False
            if file := self._places.relative(name):
                return (file, frame.f_lineno), is_direct
            is_direct = False
            frame, depth = frame.f_back, depth + 1
        return None, False

    def _is_ordinary(self, arguments, is_direct):
        """Return whether a path belongs to the extension, to Blender, or to Python."""
        path = arguments[0] if arguments else None
        if isinstance(path, int) or path is None:
            return True
        try:
            path = os.path.abspath(os.fsdecode(path))
        except (TypeError, ValueError):
            return True
        if (path + os.sep).startswith((*self._own, *self._libraries)):
            return True
        return path == os.devnull or (not is_direct and path.startswith(_SYSTEM))

    def as_rows(self):
        """Return what was seen, as rows."""
        return [
            {"permission": key[0], "detail": key[1], "place": [key[2], key[3]], "count": count}
            for key, count in self.rows.items()
            if count is not None
        ]


def _describe(event, arguments):
    """Return what an event is about; None for one that needs no permission."""
    if event in ("socket.connect", "socket.bind", "socket.sendto"):
        address = arguments[1]
        if not isinstance(address, tuple) or len(address) < 2:
            return None  # a socket of this computer
        return f"{address[0]}:{address[1]}"
    if event == "socket.getaddrinfo":
        return f"{_text(arguments[0])}:{arguments[1]}"
    if event == "urllib.Request":
        return _text(arguments[0])
    if event == "subprocess.Popen":
        executable, command = arguments[0], arguments[1]
        parts = command if isinstance(command, (list, tuple)) else [command]
        return " ".join(map(_text, parts)) or _text(executable)
    if event in ("os.fork", "os.forkpty"):
        return "fork"
    return _text(arguments[0]) if arguments else event


def _text(value):
    if isinstance(value, (bytes, os.PathLike)):
        value = os.fsdecode(value)
    return str(value)[:300]
