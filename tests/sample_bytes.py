"""Reproducible bytes for tests, made without a call per byte: some tests need many megabytes."""

from __future__ import annotations

import random
from functools import lru_cache


@lru_cache(maxsize=32)
def sentences(size: int, seed: int) -> bytes:
    """Return words from a small vocabulary, which compress like source code."""
    chance = random.Random(seed)
    words = [chance.randbytes(chance.randint(1, 5)).hex().encode() for _ in range(256)]
    return b" ".join(map(words.__getitem__, chance.randbytes(size // 3)))[:size].ljust(size, b".")


@lru_cache(maxsize=32)
def letters(size: int, seed: int) -> bytes:
    """Return random letters from ``a`` to ``p``: half of their size is left after compression."""
    return (
        random.Random(seed)
        .randbytes(size)
        .translate(bytes(b"abcdefghijklmnop"[i % 16] for i in range(256)))
    )
