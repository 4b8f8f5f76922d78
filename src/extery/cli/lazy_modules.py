"""Stand-ins for modules of Python that click, dataclasses and urllib import and use next to nothing of.

Their imports take a fifth of the time of a short command. What is used of them at each start is here; whatever else is used
loads the real module, which then takes the place of the stand-in.
"""

from __future__ import annotations

import sys
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any


class LazyModule(ModuleType):
    """A stand-in for the module ``name``; `defer_modules` puts it into ``sys.modules``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__dict__["_load_lock"] = RLock()

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":  # `from` asks each module if it is a package
            raise AttributeError(name)
        return getattr(self._load(), name)

    def _load(self) -> ModuleType:
        name = self.__name__
        with self._load_lock:
            if sys.modules.get(name) is self:
                del sys.modules[name]
            return import_module(name)


class LazyInspect(LazyModule):
    """A stand-in for ``inspect``."""

    def cleandoc(self, doc: str) -> str:
        """Return a text without its indentation; click calls this for the help of each option."""
        if "\n" in doc or "\t" in doc:
            return str(self._load().cleandoc(doc))
        return doc.lstrip()


class LazyGettext(LazyModule):
    """A stand-in for ``gettext`` for texts that have no translations: click has none, and would search for them."""

    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return singular if number == 1 else plural


class LazyUuid(LazyModule):
    """A stand-in for ``uuid``, of which click names the type ``UUID`` in a class that is rarely used."""

    def __getattr__(self, name: str) -> Any:
        types: Any = sys.modules.get("click.types")
        if name == "UUID" and types is not None and not hasattr(types, "UUIDParameterType"):
            return (
                object  # the class is being defined, and this is the argument of its generic base
            )
        return super().__getattr__(name)


_STAND_INS: dict[str, type[LazyModule]] = {
    "gettext": LazyGettext,
    "inspect": LazyInspect,
    "ipaddress": LazyModule,
    "uuid": LazyUuid,
}


def defer_modules() -> None:
    """Import these modules when they are used, if they are not imported yet."""
    for name, kind in _STAND_INS.items():
        if name not in sys.modules:
            sys.modules[name] = kind(name)
