"""Manifests with one invalid field each: every field with values about which tools disagree."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

GOOD: dict[str, str] = {
    "schema_version": '"1.0.0"',
    "id": '"gear_tool"',
    "version": '"1.2.3"',
    "name": '"Gear Tool"',
    "tagline": '"Makes gears of any size"',
    "maintainer": '"Ada Smith <ada@example.org>"',
    "type": '"add-on"',
    "license": '["SPDX:GPL-3.0-or-later"]',
    "blender_version_min": '"4.2.0"',
}
FIELDS = (
    *GOOD,
    "blender_version_max",
    "website",
    "copyright",
    "permissions",
    "tags",
    "platforms",
    "wheels",
    "asset_library",
)
GOOD_LIBRARY = {
    **GOOD,
    "type": '"asset-library"',
    "blender_version_min": '"5.3.0"',
    "asset_library": '{remote_url = "https://example.org/gears/"}',
}
GOOD_THEME = {**GOOD, "type": '"theme"'}
TEXTS = (
    "", " ", " x", "x ", "x\ty", "x\ny", "x\u0085y", "x\u00a0", "\u200bx", "x.", "x!", "x)", "x]", "x}", "x\u00e9", "x\u4e2d", "x\U0001f600", "x" * 64, "x" * 65, "x" * 63 + ".",
    "x" * 65 + " ", "\u3000x", "x\u2028", "a_b", "_a", "a_", "a__b", "__", "_", "a-b", "A1", "1a", "class", "\u00fcber", "\u00aa", "1.0", "1.0.0", "1.0.0\n", "\n1.0.0", "1.0.0.0",
    "01.0.0", "1.00.0", "1.0.0-", "1.0.0-a", "1.0.0-a.1", "1.0.0-01", "1.0.0-0a", "1.0.0+b", "1.0.0+", "1.0.0-a+b", "1.0.0-a..b", "v1.0.0", "1.0.0 ", "\u0661.0.0", "1.\u0662.0", "1.0.0-\u0663", "1.0.0+\u0663",
    "4.2", "4", "4.2.0.1", "4..0", "4.2.", ".4.2", "4.2.x", "\u00b24.2.0", "\u0664.2.0", "4.2.0-alpha", "999999999999999999999.0.0", "4.02.0", "add-on", "Add-on", "addon", "theme", "keymap", "add-on ",
    "https://example.org", "example.org", "SPDX:GPL-3.0-or-later", "x\u007f", "x\u0000", "\ufeffx", "files", "2024 Ada",
)  # fmt: skip
OTHERS = ("1", "1.5", "true", "2024-01-01", "[]", "{}", "[1]", '["x", 1]', '[""]', '[" "]', '["x", "x"]', '[["x"]]', '{a = "x"}', '{files = "x"}', '{files = ""}', '{files = 1}', "{files = []}", '{Files = "x"}', '{network = "x."}', '{network = "x", camera = " y"}', '{clipboard = "' + "y" * 65 + '"}', '{microphone = "a\\tb"}', '{microphone = "ok)"}', '["files"]', '["files", 1]', '["files", ""]')  # fmt: skip
COPYRIGHTS = ("2024", "2024 ", "2024  ", "2024 Ada", " 2024 Ada", "2020-2024 Ada", "2020-2024", "2020- Ada", "-2024 Ada", "2020-2022-2024 Ada", "2020 - 2024 Ada", "2020-x Ada", "Ada", "Ada 2024", "(c) 2024 Ada", "2024, Ada", "2024\tAda", "2024\u00a0Ada", "\u0662024 Ada", "\u00b22024 Ada", "20 24", "2024 \n", "2024 Ada\n", "1 x", "2024 2025", "2024--2025 Ada", "")  # fmt: skip
LONG = "9" * 5000  # more digits than Python reads as a number
LONG_NUMBERS = (LONG, "0x" + "f" * 5000, f'"{LONG}"', f'"{LONG}.0.0"', f'"1.0.0-{LONG}"')
BUILDS = ("1", "1.5", "true", "'x'", "[]", "{}", "[{}]", "2024-01-01", '{paths = ["a"]}', "{generated = 1}", "{generated = []}", "{generated = ''}", "{generated = false}", "{generated = {}}", "{generated = {platforms = 1}}", "{generated = {platforms = []}}", "{generated = {platforms = ['x']}}", "{generated = {wheels = ['x']}}", "{generated = {wheels = []}}", "{generated = {tags = 1}}")  # fmt: skip
WHEELS = ("./wheels/a-1.0-py3-none-any.whl", "a-1.0-1-py3-none-any.whl", "a-1.0-py3-none.whl", "a-1.0-1-2-py3-none-any.whl", "a-1.0-py3-none-any.WHL", "a-1.0-py3-none-any.zip", "wheels\\a-1.0-py3-none-any.whl", '"a-1.0-py3-none-any.whl', " a-1.0-py3-none-any.whl", "a-1.0-py3-none-any.whl ", "a-1.0-py3-none-any.whl\n", "a-1.0\t-py3-none-any.whl", "../a-1.0-py3-none-any.whl", "/a-1.0-py3-none-any.whl", "", ".whl", "----.whl", "a--py3-none-any.whl", "w-w/a-1.0-py3-none-any.whl", "dir/", "a-1.0-py3-none-any.whl/", "pp-1.0-pp39-pypy39_pp73-any.whl", "a-b-1.0-1-py3-none-any.whl")  # fmt: skip
URLS = ('"https://example.org/"', '"http://x"', '"https://"', '"https:// x\\n"', '"HTTPS://x"', '"file:///x"', '" https://x"', '"example.org"', '"/x"', '""', '" "', "1", "true", "[]", '["https://x"]', "{}")  # fmt: skip
AUTHS = ("{}", "{required = true}", '{auth_method = "TOKEN"}', '{required = 1, auth_method = "TOKEN"}', '{required = "yes", auth_method = 1}', '{required = false, auth_method = "token"}', '{required = true, auth_method = ""}', '{required = true, auth_method = "TOKEN", more = 1}', '{required = [], auth_method = []}', '"TOKEN"', "true", "1", "[]", "[{}]")  # fmt: skip
LIBRARIES = (
    *(f"{{remote_url = {url}}}" for url in URLS),
    *(f'{{remote_url = "https://x/", auth = {auth}}}' for auth in AUTHS),
    *(f"{{auth = {auth}}}" for auth in AUTHS[:3]),
    *('{remote_url = 1, auth = 1}', '{remote_url = "https://x", zzz = 1}', '{url = "https://x"}', "[{}]"),
)  # fmt: skip
PERMISSIONS = (
    *('{scripts = "Run drivers"}', '{scripts = "Run."}', '{scripts = 1}', '{scripts = "x", files = "x"}'),
    *('{zzz = "x."}', "{zzz = 1}", '{zzz = "x", files = "x."}', '{files = "x.", zzz = "x"}', "{wheels = ['x']}"),
)  # fmt: skip
TAGS = (
    "Brush",
    "Model",
    "Geometry Nodes",
    "3D View",
    "3d view",
    "Modeling",
    "Dark",
    "All",
    "",
    " Modeling",
    "Modelling",
)


def toml(fields: dict[str, str]) -> bytes:
    """Return a manifest of ``fields``, whose values are TOML."""
    return "".join(f"{key} = {value}\n" for key, value in fields.items()).encode("utf-8")


def quoted(text: str) -> str:
    """Return ``text`` as a TOML string; TOML has all escapes of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def values(field: str) -> Iterator[str]:
    """Yield TOML values for ``field``, valid and invalid."""
    yield from map(quoted, TEXTS)
    yield from OTHERS
    yield from LONG_NUMBERS
    more = {"copyright": COPYRIGHTS, "wheels": WHEELS, "tags": TAGS}.get(field, ())
    yield from {"asset_library": LIBRARIES, "permissions": PERMISSIONS}.get(field, ())
    for text in (*more, *TEXTS[:20]):
        yield f"[{quoted(text)}]"
        if more:
            yield f"[{quoted(more[0])}, {quoted(text)}]"


def one_field_wrong() -> list[bytes]:
    """Return manifests with each value of each field, without each required field, and a few other files."""
    manifests = [toml({**GOOD, field: value}) for field in FIELDS for value in values(field)]
    manifests += [toml({k: v for k, v in GOOD.items() if k != field}) for field in GOOD]
    for good in (GOOD_LIBRARY, GOOD_THEME):
        manifests.append(toml(good))
        manifests += [toml({**good, "tags": f"[{quoted(tag)}]"}) for tag in TAGS]
        for field in ("permissions", "asset_library", "platforms", "wheels"):
            manifests += [toml({**good, field: value}) for value in values(field)]
    manifests.append(toml({k: v for k, v in GOOD_LIBRARY.items() if k != "asset_library"}))
    manifests += [
        b"",
        b"\xef\xbb\xbf" + toml(GOOD),
        b"id = ",
        b"\xff\xfe",
        toml(GOOD) + b"id = 'x'\n",
    ]
    manifests += [toml({**GOOD, "build": value}) for value in BUILDS]
    manifests += [
        toml({**GOOD, "build": value, "platforms": "1", "wheels": "2"}) for value in BUILDS
    ]
    manifests += [toml(GOOD) + f"[{field}.x]\ny = 1\n".encode() for field in FIELDS[9:]]
    manifests += [toml({**GOOD, "tags": "[" * 300 + "]" * 300}), toml(GOOD) + b"x = [" * 5000]
    return manifests


def several_fields_wrong(count: int, *, seed: int) -> list[bytes]:
    """Return manifests of each type with up to five invalid fields each, the same for the same seed."""
    chance = random.Random(seed)
    pool = {field: list(values(field)) for field in FIELDS}
    manifests = []
    for _ in range(count):
        fields = dict(chance.choice((GOOD, GOOD, GOOD_LIBRARY, GOOD_THEME)))
        for field in chance.sample(FIELDS, chance.randint(1, 5)):
            if chance.random() < 0.1:
                fields.pop(field, None)
            else:
                fields[field] = chance.choice(pool[field])
        manifests.append(toml(fields))
    return manifests
