"""A bounded cache of what never changes, one per process.

Keys hold the id of a version and the hash of its content, so an entry is never wrong and never needs
to be dropped for any other reason than room.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["VersionCache"]

T = TypeVar("T")


class VersionCache(Generic[T]):
    """The most recently used values, at most ``size`` of them; safe to use from several threads."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> T | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value, made without holding the lock if it is not there: two may make it, one stays."""
        value = self.get(key)
        if value is None:
            value = make()
            with self._lock:
                self._values[key] = value
                self._values.move_to_end(key)
                while len(self._values) > self.size:
                    self._values.popitem(last=False)
        return value
