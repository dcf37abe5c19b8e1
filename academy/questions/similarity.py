"""Near twins among items: pairs of neighbouring syllables, compared by Jaccard, found by MinHash.

Two texts are as alike as the share of syllable pairs that they have in common (Jaccard: of both, out of either).
So that a bank of many thousands need not be compared one by one, each item keeps a signature of 60 minima
under 60 hash functions, in 20 bands of three (Broder 1997; banding after Leskovec, Rajaraman and Ullman, *Mining
of Massive Datasets*, 3.4): two texts of likeness s share a band with probability 1 − (1 − s³)²⁰, that is 99 of 100
at 0.6 and one of seven at 0.2.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np

from academy.kernel.text import fold, tokens
from academy.questions.languages import main_language, words_in

BANDS, ROWS = 20, 3
ALIKE = 0.6
"""From this likeness on two items are shown as likely twins."""


def shingles(spec: Any) -> frozenset[str]:
    """The pairs of neighbouring syllables of all that a spec says in its main language, folded."""
    syllables = [token.word for token in tokens(fold(words_in(spec, main_language(spec))))]
    if len(syllables) < 2:
        return frozenset(syllables)
    return frozenset(f"{first} {second}" for first, second in zip(syllables, syllables[1:], strict=False))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard: from 0, nothing in common, to 1, the same."""
    whole = len(one | other)
    return len(one & other) / whole if whole else 0.0


def bands(found: frozenset[str]) -> list[int]:
    """The bands of a signature, each a number below 2**62; none for an item without words."""
    if not found:
        return []
    hashes = np.array([_hash(shingle) for shingle in sorted(found)], dtype=np.uint64)
    signature = (hashes[:, None] * _FACTORS + _SHIFTS).min(axis=0)
    return [_hash(signature[start : start + ROWS].tobytes()) >> 2 for start in range(0, len(signature), ROWS)]


def _hash(words: str | bytes) -> int:
    data = words.encode() if isinstance(words, str) else words
    return int.from_bytes(blake2b(data, digest_size=8).digest())


# the same in every version of every library: signatures are stored
_FACTORS = np.array([_hash(f"factor {n}") | 1 for n in range(BANDS * ROWS)], dtype=np.uint64)
_SHIFTS = np.array([_hash(f"shift {n}") for n in range(BANDS * ROWS)], dtype=np.uint64)
