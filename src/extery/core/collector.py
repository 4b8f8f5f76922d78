"""The garbage collector of Python."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector(*, is_last: bool = False) -> Iterator[None]:
    """Pause the search for cycles: among hundreds of thousands of tuples, which have none, it takes half of the time.

    If it ``is_last``, what there is at the end is never searched: the process has little left to do.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            if is_last:
                gc.freeze()
            gc.enable()
