"""The settings of the client: a small TOML file of the user, and the folder that it is in.

`extery config` reads and changes them. A change keeps the other lines of the file, with their comments.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from extery.client.unusable import unusable
from extery.core.errors import InvalidInput, Where
from extery.core.files import atomic_write, read_regular
from extery.core.text import closest_match, quote_value

FILENAME = "config.toml"
_MAX_BYTES = 1_000_000
_FOLDER_MODE = 0o700

Value = bool | str


class Setting(NamedTuple):
    """One setting: its values in the file by their names on the command line, the first is the default.

    With ``accepts`` it can be other texts too, which ``other`` names.
    """

    values: Mapping[str, Value]
    meaning: str
    accepts: Callable[[str], bool] | None = None
    other: str = ""

    @property
    def words(self) -> list[str]:
        """The values as they are named on the command line."""
        return [*self.values, *filter(None, [self.other])]

    def value_of(self, word: str) -> Value | None:
        """Return the value for a word of the command line; ``None`` if it is not one."""
        is_other = self.accepts is not None and self.accepts(word)
        return word if is_other else self.values.get(word)


AUTO = "auto"
NO_PROXY = "none"
_SWITCH: Mapping[str, Value] = {"yes": True, "no": False}

#: What is done with installed extensions that are blocked, the weakest first: also a setting of a policy file.
BLOCKED = "blocked"
WARN, DISABLE, REMOVE = ACTIONS = ("warn", "disable", "remove")


def _is_proxy(url: str) -> bool:
    from extery.fetch.proxies import is_usable

    return is_usable(url)


SETTINGS = {
    BLOCKED: Setting(
        dict(zip(ACTIONS, ACTIONS, strict=True)),
        "What is done with installed extensions that are blocked, at every sync, installation and audit.",
    ),
    "check-updates": Setting(
        _SWITCH,
        "Look for newer versions: 'update' and 'outdated' sync first if a day has passed, 'sync' names what is newer.",
    ),
    "online": Setting(
        {AUTO: AUTO, **_SWITCH},
        "Use the network: never, always, or unless Blender's preferences forbid it.",
    ),
    "proxy": Setting(
        {AUTO: AUTO, NO_PROXY: NO_PROXY},
        "The proxy of all requests but those to this computer: that of the system, none, or its URL.",
        _is_proxy,
        "http://HOST:PORT",
    ),
}


class Settings(NamedTuple):
    """The values of all settings. ``online`` is ``None`` if Blender's preferences decide."""

    online: bool | None = None
    check_updates: bool = True
    blocked: str = WARN
    #: A URL, empty for no proxy, ``None`` for that of the system.
    proxy: str | None = None


def config_folder(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> Path:
    """Return the folder for settings and tokens of the user; ``EXTERY_CONFIG`` replaces it.

    It may be a symbolic link, as users keep settings elsewhere.
    """
    if own := environ.get("EXTERY_CONFIG"):
        return Path(own).resolve()
    home = Path(environ.get("HOME") or Path.home())
    if system == "win32":
        roaming = environ.get("APPDATA")
        folder = (Path(roaming) if roaming else home / "AppData" / "Roaming") / "extery"
    elif system == "darwin":
        folder = home / "Library" / "Application Support" / "extery"
    else:
        config = environ.get("XDG_CONFIG_HOME")
        folder = (Path(config) if config else home / ".config") / "extery"
    return folder.resolve()


def load_settings(folder: Path) -> Settings:
    """Return the settings in ``folder``; raises an `ExteryError` for a file that is not valid."""
    values = read_values(folder / FILENAME)
    online = values.get("online", AUTO)
    proxy = str(values.get("proxy", AUTO))
    return Settings(
        online if isinstance(online, bool) else None,
        values.get("check-updates", True) is True,
        str(values.get(BLOCKED, WARN)),
        {AUTO: None, NO_PROXY: ""}.get(proxy, proxy),
    )


def get_setting(folder: Path, name: str) -> str:
    """Return the value of a setting as it is written on the command line."""
    setting = _setting(name)
    default, *_ = setting.values.values()
    return _word(setting, read_values(folder / FILENAME).get(name, default))


def set_setting(folder: Path, name: str, word: str) -> None:
    """Change a setting; raises `InvalidInput` for an unknown name or value."""
    setting = _setting(name)
    value = setting.value_of(word)
    if value is None:
        raise InvalidInput.of(
            "config.value", name=name, value=word, allowed=", ".join(setting.words)
        )
    path = folder / FILENAME
    read_values(path)
    line = f"{name} = {_toml(value)}\n"
    _write(path, line, re.compile(rf"^\s*{re.escape(name)}\s*="))


def _toml(value: Value) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _setting(name: str) -> Setting:
    try:
        return SETTINGS[name]
    except KeyError:
        raise _unknown(name) from None


def _unknown(name: str, where: Where = Where(), settings: Iterable[str] = SETTINGS) -> InvalidInput:
    settings = [*settings]
    similar = closest_match(name, settings)
    return InvalidInput.of(
        "config.unknown",
        where=where,
        variant="similar" if similar else "",
        name=name,
        similar=similar,
        known=", ".join(settings),
    )


def _word(setting: Setting, value: object) -> str:
    """Return the word for a value of the file; raises `StopIteration` if it is not one."""
    if setting.accepts and isinstance(value, str) and setting.accepts(value):
        return value
    return next(
        word
        for word, known in setting.values.items()
        if known == value and type(known) is type(value)
    )


def read_values(
    path: Path, settings: Mapping[str, Setting] = SETTINGS, *, lists: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the values in a file, none if there is no file; raises an `ExteryError` for one that is not valid.

    ``lists`` are the names of further settings, which are lists of texts.
    """
    where = Where(str(path))
    try:
        text = read_regular(path, limit=_MAX_BYTES).decode("utf-8")
        import tomllib  # here, because few users have the file

        values = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unusable(path, error) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput.of("config.toml", where=where, reason=str(error)) from error
    for name, value in values.items():
        where = Where(str(path), (name,))
        if name in lists:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise InvalidInput.of(
                    "config.value",
                    where=where,
                    name=name,
                    value=quote_value(value),
                    allowed='the lists of texts, such as ["a", "b"]',
                )
            continue
        if name not in settings:
            raise _unknown(name, where, [*settings, *lists])
        try:
            _word(settings[name], value)
        except StopIteration:
            allowed = ", ".join(map(_toml, settings[name].values.values()))
            raise InvalidInput.of(
                "config.value", where=where, name=name, value=quote_value(value), allowed=allowed
            ) from None
    return values


def _write(path: Path, line: str, replaced: re.Pattern[str]) -> None:
    try:
        make_private_folder(path.parent)
        text = path.read_text("utf-8") if path.exists() else ""
        lines = text.splitlines(keepends=True)
        kept = [item for item in lines if not replaced.match(item)]
        place = next((n for n, item in enumerate(lines) if replaced.match(item)), 0)
        with atomic_write(path) as file:
            file.write("".join([*kept[:place], line, *kept[place:]]).encode("utf-8"))
    except OSError as error:
        raise unusable(path, error) from error


def make_private_folder(folder: Path) -> None:
    """Make a folder that other users cannot read; one that exists is left as it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
