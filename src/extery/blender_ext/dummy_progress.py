"""``dummy-progress``: report progress, for tests of Blender."""

from __future__ import annotations

import time
from argparse import Namespace
from itertools import count

from extery.blender_ext.messages import Interrupted, Messages


def run(arguments: Namespace, messages: Messages) -> bool:
    """Count to the limit again and again for the duration; once if that is 0."""
    end = time.monotonic() + arguments.time_duration
    limit = max(1, arguments.steps_limit)
    try:
        for step in count():
            is_over = step > limit if arguments.time_duration == 0 else time.monotonic() >= end
            if is_over:
                break
            messages.progress("Demo", step % (limit + 1), limit)
            time.sleep(max(0.0, arguments.time_delay))
    except Interrupted:
        pass
    messages.done()
    return True
