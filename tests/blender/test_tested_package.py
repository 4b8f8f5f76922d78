"""The tutorial from nothing to a tested package shows what its commands print, with a real Blender."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extery.core.cache_folder import cache_folder
from tests.parts import ROOT, require_part
from tests.snippets import environment, run, snippets

PAGE = ROOT / "docs" / "tutorial" / "tested-package.md"
#: What differs from run to run: times, and sizes, which depend on the codec.
VARYING = re.compile(r"\d+ ms +|\d+ KB")
PROGRESS = re.compile(r"\w+: \d+ of \d+ ")


@pytest.mark.blender
@pytest.mark.slow
def test_the_tutorial_shows_what_its_commands_print(tmp_path: Path) -> None:
    require_part("blender-5.3")
    variables = {**environment(tmp_path), "EXTERY_CACHE": str(cache_folder())}
    folder, number = tmp_path, 0
    for block in snippets(PAGE):
        if block.language == "python":  # at the end of register()
            file = folder / "__init__.py"
            before, end, after = file.read_text().partition("    interface.register_menus()\n")
            file.write_text(before + end + block.text + after)
        if block.language != "console":
            continue
        for session in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, *expected = session.splitlines()
            if command.startswith("cd "):
                folder /= command.removeprefix("cd ")
                continue
            done = run(f"{command} 2>&1", folder, variables)
            printed = [line for line in done.stdout.splitlines() if not PROGRESS.match(line)]
            assert [VARYING.sub("", line) for line in printed] == [
                VARYING.sub("", line) for line in expected
            ], command
            assert done.returncode == 0, command
            number += 1
    assert number == 5
