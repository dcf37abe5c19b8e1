"""Specs of item versions, kept in this process: a version never changes, so nothing is ever stale."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

CAPACITY = 8192


class SpecCache:
    """The specs used last, by the hash of their version."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._specs: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._lock = Lock()

    def find(self, digest: str) -> Mapping[str, Any] | None:
        with self._lock:
            spec = self._specs.get(digest)
            if spec is not None:
                self._specs.move_to_end(digest)
            return spec

    def keep(self, digest: str, spec: Mapping[str, Any]) -> None:
        with self._lock:
            self._specs[digest] = spec
            self._specs.move_to_end(digest)
            while len(self._specs) > self._capacity:
                self._specs.popitem(last=False)


specs = SpecCache()
