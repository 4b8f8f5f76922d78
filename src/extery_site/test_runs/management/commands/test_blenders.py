"""``extery manage test_blenders``: show the Blenders in which packages are tested."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from extery.author.testing.supervise import find_sandbox
from extery_site.test_runs.blenders import read_blenders


class Command(BaseCommand):
    help = (
        "Ask the programs of EXTERY_TEST_BLENDERS for their versions, and try the sandbox. The exit status is 1 if "
        "packages cannot be tested in all of them."
    )

    def handle(self, *_: Any, **_options: Any) -> None:
        if not settings.EXTERY_TEST_BLENDERS:
            self.stderr.write("EXTERY_TEST_BLENDERS is not set: packages are not tested")
            sys.exit(1)
        self.stdout.write(f"sandbox: {find_sandbox()}")
        found = read_blenders()
        for one in found:
            name = f"Blender {one.release}" if one.release else "wrong"
            self.stdout.write(f"{name}: {one.program}")
            if one.fault:
                self.stdout.write(f"  {one.fault}")
        if any(one.fault for one in found):
            sys.exit(1)
