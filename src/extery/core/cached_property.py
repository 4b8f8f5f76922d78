"""A property that is computed once, without the lock of `functools.cached_property`.

Before Python 3.12 that lock is shared by all instances of a class: a thread that hashes one package
waits for the thread that hashes another. It also takes longer than most of the values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class cached_property(Generic[T]):  # noqa: N801 - a decorator, named like that of the standard library
    """Decorator of a method that computes an attribute when it is first read.

    Two threads that read it at the same time may both compute it; they get equal values. Unlike a
    property it can be set, and deleted to be computed again.
    """

    def __init__(self, func: Callable[[Any], T]) -> None:
        self.func = func
        self.__doc__ = func.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> cached_property[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> T | cached_property[T]:
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.func(instance)
        return value
