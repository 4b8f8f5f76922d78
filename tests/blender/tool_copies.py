"""Runs in an environment of ``bpy``: runs Blender's command line tool in copies of a process that has loaded it.

Takes the path of the tool. The other end is ``processes.py``.
"""

import os
import sys
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def load(path):
    """Import what the tool imports; return its code."""
    spec = spec_from_file_location("loaded_tool", path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    del sys.modules[spec.name]
    return compile(Path(path).read_bytes(), path, "exec")


def run(request, path, code):
    """Run the tool as a script, with the arguments and in the folder of the request; exit."""
    streams = [os.fdopen(number, mode) for number, mode in enumerate("rww")]
    sys.stdin, sys.stdout, sys.stderr = streams
    os.chdir(request["folder"])
    sys.argv[:] = [path, *request["arguments"]]
    main = type(sys)("__main__")
    main.__file__ = path
    sys.modules["__main__"] = main
    status = 0
    try:
        exec(code, main.__dict__)
    except SystemExit as end:
        status = end.code or 0
        if not isinstance(status, int):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


sys.path.append(str(Path(__file__).parent))  # -I leaves it out
from copies import serve_copies  # noqa: E402

PATH = sys.argv[1]
CODE = load(PATH)
serve_copies(lambda request: run(request, PATH, CODE))
