"""Runs in a ``bpy`` environment: executes requests in a session of Blender, one JSON line each.

A request is ``{"do": NAME, "with": {ARGUMENTS}, "seconds": LIMIT}``, an execute ``{"result", "error", "messages", "printed"}``.
``messages`` are those of the processes that Blender starts for its downloads, with their types; ``printed`` is what its Python code
prints meanwhile. Imports nothing of the project but its neighbour ``session.py``: another Python runs it. The other end is
``client.py``.
"""

import contextlib
import faulthandler
import io
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

# Types of message that mean a failure, although Blender's operator reports success.
FAILURES = ("ERROR", "FATAL_ERROR")


def reserve_stdio():
    """Reserve stdin and stdout for requests: Blender prints to descriptor 1 from C, sub-processes inherit 0."""
    sys.stdout.flush()
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def execute(session, request):
    """Execute a request. Any exception becomes part of the answer."""
    session.messages.clear()
    result = error = None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            result = session.REQUESTS[request["do"]](**request["with"])
        except (session.RefusedError, RuntimeError) as problem:
            # A report of kind ERROR by an operator is raised as RuntimeError.
            error = str(problem).strip()
        except Exception:
            error = traceback.format_exc()
        session.save_state()
    messages = list(session.messages)
    if error is None and (failed := [text for kind, text in messages if kind in FAILURES]):
        error = "\n".join(failed)
    return {"result": result, "error": error, "messages": messages, "printed": printed.getvalue()}


def load():
    """Load Blender."""
    import session

    return session


def run(session=None):
    """Run a session until stdin is closed, and exit."""
    try:
        serve(session)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    sys.stderr.flush()
    os._exit(0)  # without bpy's exit handlers: 4.2.23 can crash in them


def serve(session):
    """Report that Blender runs, and execute requests."""
    tempfile.tempdir = None  # that of the process of which this is a copy
    requests, answers = reserve_stdio()
    faulthandler.enable()
    session = session or load()
    session.use_temporary_folder(os.environ["TMPDIR"])
    session.restore_state()
    print(json.dumps(session.info()), file=answers, flush=True)
    for line in requests:
        request = json.loads(line)
        # A request that hangs ends with a traceback in the log.
        faulthandler.dump_traceback_later(request["seconds"], exit=True)
        print(json.dumps(execute(session, request)), file=answers, flush=True)
        faulthandler.cancel_dump_traceback_later()


def main():
    """Run one session, or a copy of this process for each one."""
    sys.path.append(str(Path(__file__).parent))  # -I leaves it out
    if sys.argv[1:] != ["--copies"]:
        run()
    from copies import serve_copies

    session = load()
    serve_copies(lambda _request: run(session))


main()
