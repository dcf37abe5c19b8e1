"""What tells a document from others: the terms by which similar ones are looked for."""

import heapq
import math
from collections.abc import Callable, Mapping
from typing import Any

from academy.search.analysis import Bag, Compounds

TERMS = 24
LEAST_DOCUMENTS = 2  # a term that only this document has finds no other
TITLE_WEIGHT = 2.0


def telling_terms(
    data: Mapping[str, Any], compounds: Compounds, count: Callable[[str], int], documents: int
) -> dict[str, float]:
    """The terms of a stored document that say most about it, with their weights.

    Args:
        data: as stored; see :func:`academy.search.fields.stored_values`.
        count: how many documents that the reader may see hold a term.
        documents: how many documents there are in all.
    """
    bag = Bag(data["lang"], compounds)
    bag.add(data["title"], TITLE_WEIGHT)
    for _anchor, text, _heading in data["passages"]:
        bag.add(text)
    # of a compound's forms the pair says most; single Vietnamese syllables say next to nothing
    pairs = {term: often for term, often in bag.terms.items() if data["lang"] != "vi" or term[:1] in "_#"}
    often = heapq.nlargest(5 * TERMS, pairs, key=lambda term: (pairs[term], term))
    telling = {}
    for term in often:
        held = count(term)
        if held >= LEAST_DOCUMENTS:
            rarity = math.log(1 + documents / held)
            telling[term] = rarity * math.log(1 + pairs[term])
    best = heapq.nlargest(TERMS, telling, key=lambda term: (telling[term], term))
    return {term: telling[term] for term in best}
