"""Python libraries whose module has another name than the project on a package index."""

from __future__ import annotations

from collections.abc import Mapping

#: Normalized name of a project, with underscores -> the module that code imports.
MODULES: Mapping[str, str] = {
    "beautifulsoup4": "bs4",
    "opencv_python": "cv2",
    "opencv_python_headless": "cv2",
    "pillow": "PIL",
    "pycryptodome": "Crypto",
    "pyopengl": "OpenGL",
    "pyserial": "serial",
    "python_dateutil": "dateutil",
    "pyusb": "usb",
    "pywin32": "win32api",
    "pyyaml": "yaml",
    "pyzmq": "zmq",
    "scikit_image": "skimage",
    "scikit_learn": "sklearn",
    "websocket_client": "websocket",
}


def project_of(module: str) -> str:
    """Return the project that has a module, the last one listed; by default one of the same name."""
    found = [project for project, name in MODULES.items() if name == module]
    return found[-1].replace("_", "-") if found else module
