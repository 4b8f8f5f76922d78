"""Runs in a ``bpy`` environment: a session of Blender that does what it is told, one JSON line at a time.

A request is ``{"do": NAME, "with": {ARGUMENTS}, "seconds": LIMIT}``, an answer ``{"result", "error", "messages", "printed"}``.
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
import traceback
from pathlib import Path

# Types of message after which something that was asked for has not happened. Blender itself reports success then.
FAILURES = ("ERROR", "FATAL_ERROR")


def own_the_channel():
    """Keep stdin and stdout for the requests: Blender prints to file descriptor 1 from C, and its sub-processes inherit 0."""
    sys.stdout.flush()
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers


def answer(session, request):
    """Do one request. An error is part of the answer, whatever it is."""
    session.messages.clear()
    result = error = None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            result = session.REQUESTS[request["do"]](**request["with"])
        except (session.RefusedError, RuntimeError) as problem:
            # An operator's report of kind ERROR arrives as a RuntimeError.
            error = str(problem).strip()
        except Exception:
            error = traceback.format_exc()
        session.save_state()
    messages = list(session.messages)
    if error is None and (failed := [text for kind, text in messages if kind in FAILURES]):
        error = "\n".join(failed)
    return {"result": result, "error": error, "messages": messages, "printed": printed.getvalue()}


def main():
    """Start Blender, say that it is there, and obey until stdin is closed."""
    requests, answers = own_the_channel()
    faulthandler.enable()
    sys.path.append(str(Path(__file__).parent))  # -I leaves it out
    import session

    session.restore_state()
    print(json.dumps(session.info()), file=answers, flush=True)
    for line in requests:
        request = json.loads(line)
        # A hang then ends with a traceback in the log.
        faulthandler.dump_traceback_later(request["seconds"], exit=True)
        print(json.dumps(answer(session, request)), file=answers, flush=True)
        faulthandler.cancel_dump_traceback_later()


try:
    main()
except BaseException:
    traceback.print_exc()
    os._exit(1)
sys.stderr.flush()
os._exit(0)  # without bpy's exit handlers: 4.2.23 can crash in them
