"""Where a reader lands who opens a result: at the block, with the words marked.

The address names the words in a text fragment (WICG "URL Fragment Text Directives"): the browser marks them itself,
without scripts, and the page is the same for everybody. A browser that does not know them goes to the block.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from academy.search.backend import Marked

MOST = 3  # passages that are marked
CONTEXT_WORDS = 2
LONGEST = 80
# signs that a page may show otherwise than the plain text has them, or that excerpts add
_BREAK = re.compile(r"[…·|\n*_`$\\]")


def marking_fragment(anchor: str, snippet: Marked) -> str:
    """``#block:~:text=before-,words,-after&text=…``; nothing if there is neither a block nor a word to mark."""
    places = [at for at, (text, is_hit) in enumerate(snippet) if is_hit and _fits(text)]
    # what says most comes first: there the page opens
    best = sorted(places, key=lambda at: -len(snippet[at][0]))
    seen: dict[str, str] = {}
    for at in best:
        seen.setdefault(snippet[at][0].lower(), _directive(snippet, at))
    directives = list(seen.values())[:MOST]
    if not directives:
        return f"#{anchor}" if anchor else ""
    return f"#{anchor}:~:" + "&".join(f"text={directive}" for directive in directives)


def _fits(text: str) -> bool:
    return len(text) <= LONGEST and not _BREAK.search(text)


def _directive(snippet: Sequence[tuple[str, bool]], at: int) -> str:
    before = _beside(snippet, at - 1, last=True)
    after = _beside(snippet, at + 1, last=False)
    parts = [f"{_escaped(before)}-"] if before else []
    parts.append(_escaped(snippet[at][0]))
    if after:
        parts.append(f"-{_escaped(after)}")
    return ",".join(parts)


def _beside(snippet: Sequence[tuple[str, bool]], at: int, *, last: bool) -> str:
    """The nearest words of a neighbouring piece, so that the passage meant is marked and not another."""
    if not 0 <= at < len(snippet):
        return ""
    words = snippet[at][0].split()
    near = words[-CONTEXT_WORDS:] if last else words[:CONTEXT_WORDS]
    text = " ".join(near)
    return "" if _BREAK.search(text) or not any(letter.isalnum() for letter in text) else text


def _escaped(text: str) -> str:
    return quote(text, safe="").replace("-", "%2D")
