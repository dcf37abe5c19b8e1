"""Answers from one version of an item to another: what a learner chose, under the names that the other version gives.

What can be chosen is named by its text (:mod:`academy.questions.options`), so a corrected misprint is another name.
A text that both versions have is the same choice, whatever the author calls it. A text that only one of them has is
followed by the author's id, if that id's other text is new as well; else nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from academy.kernel.errors import Conflict, Invalid
from academy.kernel.i18n import _l
from academy.questions.queries import VersionRow, check_answer

__all__ = ["CannotCarry", "carry_answer", "rename", "renamed"]


class CannotCarry(Conflict):
    """An answer has no counterpart in the other version."""


def carry_answer(old: VersionRow, new: VersionRow, answer: Any) -> Any:
    """An answer to ``old`` in its normal form, as an answer to ``new``; None stays None.

    Raises:
        CannotCarry: the kinds differ, something that was chosen is not in ``new``, or the answer does not fit it.
    """
    if answer is None or old.id == new.id:
        return answer
    if old.kind != new.kind:
        raise _cannot()
    names = renamed(old, new)
    missing = {name for _key, name in _names(old)} - set(names)
    if missing & set(_words(answer)):
        raise _cannot()
    try:
        return check_answer(new, rename(answer, names))
    except Invalid as refusal:
        raise _cannot() from refusal


def renamed(old: VersionRow, new: VersionRow) -> dict[str, str]:
    """Presented name in ``old`` → presented name in ``new``, for whatever has a counterpart there."""
    before, after = _names(old), _names(new)
    old_names, new_names = {name for _key, name in before}, {name for _key, name in after}
    candidates: dict[str, set[str]] = {}
    by_key = dict(after)
    for key, name in before:
        if key in by_key:
            candidates.setdefault(name, set()).add(by_key[key])
    found = {name: name for name in old_names & new_names}
    for name in old_names - new_names:
        others = candidates.get(name, set())
        if len(others) == 1 and not others & old_names:
            found[name] = next(iter(others))
    # two texts that became one would make one choice of two
    taken = list(found.values())
    return {name: other for name, other in found.items() if taken.count(other) == 1}


def rename(value: Any, names: Mapping[str, str]) -> Any:
    """JSON with every text that is one of the names replaced; keys of mappings too."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Mapping):
        return {names.get(key, key): rename(part, names) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rename(part, names) for part in value]
    return value


def _names(version: VersionRow) -> list[tuple[str, str]]:
    """The author's and the presented names of what can be chosen; none for kinds that name nothing."""
    names = getattr(version.type, "names", None)
    return list(names(version.spec)) if names is not None else []


def _words(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield key
            yield from _words(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _words(part)


def _cannot() -> CannotCarry:
    return CannotCarry(
        _l("This answer has no counterpart in the other version of the question."), rule="answer.carry"
    )
