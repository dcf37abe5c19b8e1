"""In which languages an item is there, and which of them an edit has left behind.

A text of a spec is a mapping by language; a language is *whole* if every such text has it, else *partial*. It
is *stale* if the main language (Vietnamese where there is some) was changed and this one was not: a translator
has to look at it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from academy.kernel.text import fold
from academy.questions.fields import LANGUAGES

WHOLE, PARTIAL, STALE = "whole", "partial", "stale"
MAX_SEARCH = 20_000
# what holds names and rules of an item, not words
_NOT_WORDS = frozenset({"id", "credit", "accents", "kind", "weight", "tolerance"})


def texts_of(spec: Any) -> Iterator[Mapping[str, str]]:
    """Every text by language in a spec, wherever its kind keeps it."""
    if isinstance(spec, Mapping):
        if spec and all(
            name in LANGUAGES and isinstance(words, str) and words for name, words in spec.items()
        ):
            yield spec
            return
        for inner in spec.values():
            yield from texts_of(inner)
    elif isinstance(spec, list | tuple):
        for inner in spec:
            yield from texts_of(inner)


def words_in(spec: Any, lang: str) -> str:
    """All that a spec says in one language, text by text."""
    return "\n".join(words[lang] for words in texts_of(spec) if lang in words)


def main_language(spec: Any) -> str:
    """The language the others are translations of: Vietnamese, else the first that is there."""
    found = {lang for words in texts_of(spec) for lang in words}
    return next((lang for lang in LANGUAGES if lang in found), LANGUAGES[0])


def states_of(
    spec: Any, before: Any = None, states_before: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Language → whole, partial or stale; languages that are nowhere are left out.

    Args:
        before: the spec that this one takes the place of, with its states.
    """
    texts = list(texts_of(spec))
    states = {
        lang: WHOLE if all(lang in words for words in texts) else PARTIAL
        for lang in LANGUAGES
        if any(lang in words for words in texts)
    }
    if before is None:
        return states
    main, old = main_language(spec), states_before or {}
    main_changed = words_in(spec, main) != words_in(before, main)
    for lang in states.keys() - {main}:
        changed = words_in(spec, lang) != words_in(before, lang)
        if not changed and (main_changed or old.get(lang) == STALE):
            states[lang] = STALE
    return states


def search_words(spec: Any, key: str) -> str:
    """The folded words of an item, answers included, in which authors look for it."""
    return fold("\n".join([key, *_strings(spec)]))[:MAX_SEARCH]


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for name, inner in node.items():
            if name not in _NOT_WORDS:
                yield from _strings(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            yield from _strings(inner)
