"""What an index says of itself, written in the same commit as its documents."""

from academy.search.analysis import VERSION
from academy.search.backend import Applied, IndexDamaged, WriterBusy

LAYOUT = 2
"""Raised whenever an engine keeps documents in another way: an index laid out otherwise is rebuilt."""


def meta_of(applied: Applied, token: int) -> dict:
    """How far the index has come, by which rules it is made, and the lease under which it was written."""
    return {
        "position": applied.position,
        "recent": sorted(applied.recent),
        "analysis": VERSION,
        "layout": LAYOUT,
        "token": token,
    }


def checked(meta: dict) -> dict:
    """The same.

    Raises:
        IndexDamaged: it was made by other rules.
    """
    if meta.get("analysis") != VERSION or meta.get("layout") != LAYOUT:
        raise IndexDamaged("the index was made by another version of the analysis")
    return meta


def applied_of(meta: dict) -> Applied:
    return Applied(meta["position"], frozenset(meta["recent"]))


def check_turn(meta: dict, before: Applied, token: int) -> None:
    """Whether a writer may write now; call it with the writer's lock held.

    Raises:
        WriterBusy: it looked at an older state, or its lease is not the youngest.
    """
    if token < meta.get("token", 0):
        raise WriterBusy("a process with a younger lease writes the index")
    if applied_of(meta) != before:
        raise WriterBusy("another process has written the index in between")
