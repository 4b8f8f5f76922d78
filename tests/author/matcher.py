"""Runs in the interpreter of a ``bpy`` environment: prints the results of Blender's matcher for many paths.

Reads a JSON list of ``[patterns, paths]`` from stdin. Answers with a list on stdout: for each case
whether each path is excluded, or the name of the exception.
"""

import importlib.util
import json
import sys


def answer(tool, patterns, paths):
    try:
        matcher = tool.PathPatternMatch(patterns)
        return [bool(matcher.test_path(path)) for path in paths]
    except Exception as error:
        return type(error).__name__


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("blender_ext", sys.argv[1])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    json.dump([answer(module, *case) for case in json.load(sys.stdin)], sys.stdout)
