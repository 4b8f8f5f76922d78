"""The modules that a command imports, in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def modules_after(*arguments: str) -> set[str]:
    """Return the modules that a new process has imported after running ``extery`` with these arguments."""
    code = (
        "import os\nimport sys\nfrom extery.__main__ import main\nos._exit = sys.exit\n"
        f"sys.argv = ['extery', *{list(arguments)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('\\n' + ' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=300
    )
    return set(done.stdout.splitlines()[-1].split())
