"""Runs in the interpreter of a ``bpy`` environment (without importing ``bpy``): which entries of many listings Blender takes.

Reads one JSON object from stdin: ``tool`` (a path), ``systems`` (each a Blender version, a platform and a Python version) and ``listings``
(each a list of entries), and ``ignore_errors``, whether values that Blender reports as errors are no failure. Answers with a JSON list, for each listing, for each system: the places of the compatible entries.
"""

import importlib.util
import json
import sys


def load(path):
    """Blender's stand-alone tool as a module."""
    spec = importlib.util.spec_from_file_location("blender_ext", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compatible(tool, entries, system, ignore_errors):
    """The places of the entries that Blender's own filter lets through."""

    def fail(error):
        if not ignore_errors:
            raise error

    blender, platform, python = system
    return [
        place
        for place, entry in enumerate(entries)
        if not tool.repository_filter_skip(
            entry,
            filter_blender_version=tuple(blender),
            filter_platform=platform,
            filter_python_version=tuple(python),
            skip_message_fn=None,
            error_fn=fail,
        )
    ]


def main():
    """Answer the request on stdin."""
    request = json.load(sys.stdin)
    tool = load(request["tool"])
    answer = [
        [
            compatible(tool, entries, system, request["ignore_errors"])
            for system in request["systems"]
        ]
        for entries in request["listings"]
    ]
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
