"""Measures `extery test`: whole processes, a typical add-on with tests, in all Blenders whose environments exist.

Times are medians and the slowest of all runs. The first run, which is not counted, fills the cache of the disk.

    python benchmarks/blender_test.py [--runs 5] [--blender 4.2,4.5,5.0,5.2,5.3] [--modules 20]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.samples.packages import ADD_ON, MANIFEST  # noqa: E402

from extery.blenders.environments import environment_of  # noqa: E402
from extery.blenders.releases import RELEASES  # noqa: E402

#: Seconds for five Blenders.
LIMIT = 10.0

_MODULE = '''
import bpy
from bpy.props import FloatProperty, IntProperty


class GEARS_OT_add_{number}(bpy.types.Operator):
    """Add a gear."""

    bl_idname = "gears.add_{number}"
    bl_label = "Add Gear {number}"

    teeth: IntProperty(name="Teeth", default=12, min=3)
    radius: FloatProperty(name="Radius", default=1.0, min=0.01)

    def execute(self, context):
        mesh = bpy.data.meshes.new(self.bl_label)
        mesh.from_pydata([(x * self.radius, 0.0, 0.0) for x in range(self.teeth)], [], [])
        context.collection.objects.link(bpy.data.objects.new(mesh.name, mesh))
        return {{"FINISHED"}}


class GEARS_PT_gear_{number}(bpy.types.Panel):
    bl_label = "Gear {number}"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"

    def draw(self, context):
        self.layout.operator("gears.add_{number}")


register, unregister = bpy.utils.register_classes_factory(
    (GEARS_OT_add_{number}, GEARS_PT_gear_{number})
)
'''
_MAIN = """
import importlib

modules = [importlib.import_module(f".gear_{{number}}", __package__) for number in range({number})]


def register():
    for module in modules:
        module.register()


def unregister():
    for module in reversed(modules):
        module.unregister()
"""
_TEST = """
import bpy
import pytest


@pytest.mark.parametrize("number", range({number}))
def test_a_gear_is_added(number):
    before = len(bpy.data.meshes)
    assert getattr(bpy.ops.gears, f"add_{{number}}")(teeth=number + 3) == {{"FINISHED"}}
    assert len(bpy.data.meshes) == before + 1
"""


def write_add_on(folder: Path, modules: int) -> None:
    """Write an add-on with as many operators, panels and tests as modules."""
    (folder / "tests").mkdir(parents=True)
    (folder / MANIFEST).write_bytes(ADD_ON)
    (folder / "__init__.py").write_text(_MAIN.format(number=modules))
    (folder / "tests" / "test_gears.py").write_text(_TEST.format(number=modules))
    for number in range(modules):
        (folder / f"gear_{number}.py").write_text(_MODULE.format(number=number))


def run(folder: Path, blenders: list[str], *options: str) -> tuple[float, float]:
    """Return the seconds of a run, and those of processors, which other work does not change."""
    command = [sys.executable, "-m", "extery", "test", str(folder), "--blender", ",".join(blenders)]
    start, used = time.perf_counter(), _processor_seconds()
    done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}")
    return seconds, _processor_seconds() - used


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--blender", help="by default all whose environments exist")
    parser.add_argument("--modules", type=int, default=20)
    arguments = parser.parse_args()
    ready = [series for series in RELEASES if environment_of(series).is_complete]
    blenders = arguments.blender.split(",") if arguments.blender else ready
    if not blenders:
        sys.exit("no environment exists: run 'extery test' first")
    limit = LIMIT * len(blenders) / 5
    status = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "gear_tool"
        write_add_on(folder, arguments.modules)
        print(f"{arguments.modules} modules, {len(blenders)} Blenders, {os.cpu_count()} processors")
        for title, options in (
            ("with tests", []),
            ("without tests", ["--no-tests"]),
            ("with tests and coverage", ["--cov"]),
        ):
            run(folder, blenders, *options)
            runs = [run(folder, blenders, *options) for _ in range(arguments.runs)]
            times, used = zip(*runs, strict=True)
            print(
                f"  {title}: {median(times):.1f} s, at most {max(times):.1f} s; "
                f"{median(used):.1f} s of processors"
            )
            if title == "with tests" and median(times) > limit:
                print(f"  the limit of {limit:.0f} s is exceeded")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
