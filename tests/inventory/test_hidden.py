"""What a package may hide: names without a plain call are listed, and what is not read is named."""

from __future__ import annotations

import pytest

from extery.inventory import read
from extery.inventory.compare import compare
from extery.inventory.model import Inventory
from tests.inventory.samples import inventory_of

#: Code, and an entry that it must have: the kind, and the name or the call.
CODE = {
    "getattr": ('import os\ngetattr(os, "system")("x")\n', "programs", "os.system"),
    "getattr of a computed name": (
        'import os\ngetattr(os, "sys" + "tem")("x")\n',
        "dynamic_code",
        "getattr(os, …)",
    ),
    "dict of a module": (
        'import os\nos.__dict__["system"]("x")\n',
        "dynamic_code",
        "os.__dict__[]",
    ),
    "sys.modules": (
        'import sys\nsys.modules["os"].system("x")\n',
        "dynamic_code",
        "sys.modules[…]",
    ),
    "import_module": (
        'import importlib\nimportlib.import_module("subprocess").run(["x"])\n',
        "dynamic_code",
        "importlib.import_module",
    ),
    "__import__": ('__import__("subprocess").run(["x"])\n', "dynamic_code", "__import__"),
    "star import": ('from os import *\nsystem("x")\n', "programs", "os.system"),
    "argument": (
        "import os, threading\nthreading.Thread(target=os.system)\n",
        "programs",
        "os.system",
    ),
    "attribute of a class": (
        "import subprocess\nclass K:\n    r = subprocess.run\n",
        "programs",
        "subprocess.run",
    ),
    "through a module": ('import subprocess\nsubprocess.os.system("x")\n', "programs", "os.system"),
    "vendored": (
        'from .vendor import requests\nrequests.get("https://a.example/")\n',
        "network",
        "requests.get",
    ),
    "other programs": ('import pty\npty.spawn("sh")\n', "programs", "pty.spawn"),
    "pickle": ("import pickle\npickle.loads(x)\n", "dynamic_code", "pickle.loads"),
    "native": ("import ctypes\nctypes.cdll.evil.go()\n", "native_code", "ctypes.cdll.evil.go"),
}


def calls(inventory: Inventory, kind: str) -> set[object]:
    return {one.fields.get("call") or one.name for one in inventory.of_kind(kind)}


@pytest.mark.parametrize("name", CODE)
def test_a_name_that_is_used_in_another_way_is_listed(name: str) -> None:
    code, kind, expected = CODE[name]
    assert expected in calls(inventory_of(code), kind)


def test_names_are_followed_through_other_modules() -> None:
    inventory = inventory_of(
        {
            "__init__.py": "from .w import run\nfrom . import p\nrun(['a'])\np.post('https://a.example')\n",
            "w.py": "from subprocess import run\n",
            "p.py": "from .q import *\n",
            "q.py": "from requests import post\n",
        }
    )
    assert calls(inventory, "programs") == {"subprocess.run"}
    assert "requests.post" in calls(inventory, "network")


def test_an_import_in_a_circle_ends() -> None:
    files = {
        "__init__.py": "from .a import f\nf()\n",
        "a.py": "from .b import f\n",
        "b.py": "from .a import f\n",
    }
    assert inventory_of(files).of_kind("programs") == ()


def test_hosts_without_an_address_are_listed() -> None:
    inventory = inventory_of(
        "import socket, http.client\n"
        'socket.create_connection(("a.example", 1))\n'
        'http.client.HTTPSConnection("b.example")\n'
        'print("HTTPS://C.example/x http://[::1]/y https://evïl.example/")\n'
    )
    uses = {one.name: one.fields["use"] for one in inventory.of_kind("hosts")}
    assert uses["a.example"] == uses["b.example"] == "requested"
    assert {"c.example", "::1", "evïl.example"} <= set(uses)


def test_files_count_by_their_first_bytes() -> None:
    elf = b"\x7fELF\2\1\1" + bytes(57)
    inventory = inventory_of(
        {"__init__.py": "", "icon.png": elf, "evil.pyc": b"\xa7\r\r\n" + bytes(16)}
    )
    found = {one.name: one.fields["format"] for one in inventory.of_kind("native_code")}
    assert found == {"icon.png": "ELF", "evil.pyc": "bytecode"}
    changed = compare(
        inventory,
        inventory_of(
            {"__init__.py": "", "icon.png": elf + b"x", "evil.pyc": b"\xa7\r\r\n" + bytes(16)}
        ),
    )
    assert changed.changed_native_files == ("icon.png",)


def test_other_arguments_of_a_call_are_a_change() -> None:
    before = inventory_of('import os\nos.system("echo " + a)\n')
    after = inventory_of('import os\nos.system("curl " + a)\n')
    [change] = compare(before, after).to_review
    assert compare(before, before).is_empty
    assert change.as_dict()["change"] in ("added", "changed")


def test_what_a_module_without_imports_reaches_is_listed_and_the_module_named() -> None:
    inventory = inventory_of({"__init__.py": "", "tests/evil.py": "import os\nos.system('x')\n"})
    assert calls(inventory, "programs") == {"os.system"}
    assert [(one.path, one.reason) for one in inventory.unread] == [
        ("tests/evil.py", "not-imported")
    ]


def test_a_module_that_cannot_be_read_any_more_is_to_be_reviewed() -> None:
    before = inventory_of({"__init__.py": "", "a.py": "x = 1\n"})
    after = inventory_of({"__init__.py": "", "a.py": "def (\n"})
    assert [one.path for one in compare(before, after).newly_unread] == ["a.py"]


def test_a_list_that_is_cut_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_ENTRIES", 3)
    code = "import os\n" + "".join(f'os.system("p{n}")\n' for n in range(5))
    inventory = inventory_of(code)
    assert len(inventory.of_kind("programs")) == 3
    assert [(one.path, one.reason) for one in inventory.unread] == [
        ("Programs started", "2 more are not listed")
    ]
