"""A stand-in for the module ``inspect``, whose import takes a tenth of the time of a short command.

click and dataclasses import it, and use next to nothing of it. Whatever else is used loads the real module, which then takes
the place of the stand-in.
"""

from __future__ import annotations

import sys
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any

_NAME = "inspect"


class LazyInspect(ModuleType):
    """The stand-in; `defer_inspect` puts it into ``sys.modules``."""

    def __init__(self) -> None:
        super().__init__(_NAME)
        self.__dict__["_load_lock"] = RLock()

    def cleandoc(self, doc: str) -> str:
        """Return a text without its indentation; click calls this for the help of each option."""
        if "\n" in doc or "\t" in doc:
            return str(self._load().cleandoc(doc))
        return doc.lstrip()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._load(), name)

    def _load(self) -> ModuleType:
        with self._load_lock:
            if sys.modules.get(_NAME) is self:
                del sys.modules[_NAME]
            return import_module(_NAME)


def defer_inspect() -> None:
    """Import ``inspect`` when it is used, if it is not imported yet."""
    if _NAME not in sys.modules:
        sys.modules[_NAME] = LazyInspect()
