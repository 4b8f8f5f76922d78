"""Runs in the interpreter of a ``bpy`` environment (without ``bpy``): filters listings as Blender does.

Reads one JSON object from stdin: ``tool`` (a path), ``systems`` (each a Blender version, a platform and a Python version) and ``listings``
(each a list of entries), and ``ignore_errors``, whether to ignore the errors that Blender reports. Answers with a JSON list, for each listing and system: the indices of the compatible entries.
"""

import importlib.util
import json
import sys


def load(path):
    """Import Blender's stand-alone tool."""
    spec = importlib.util.spec_from_file_location("blender_ext", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compatible(tool, entries, system, ignore_errors):
    """Return the indices of the entries that Blender's filter accepts."""

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
