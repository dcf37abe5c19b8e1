"""What a search gives: one result, a looser search, a page of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from academy.catalog.views import LegalRow
from academy.search.backend import Marked, page_address
from academy.search.directory import NOBODY, Directory
from academy.search.landing import marking_fragment
from academy.search.query import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing found; ``title`` and ``snippet`` are pieces ``(text, is_hit)`` to be escaped where shown.

    ``at`` is ``t=<second>`` of a recording or ``page=<number>`` of a document, or empty.
    """

    kind: str
    course: str
    lesson: str | None
    module: str
    lang: str
    path: str
    anchor: str
    title: Marked
    snippet: Marked
    score: float
    at: str = ""

    @property
    def url(self) -> str:
        """The address of the passage, in the language in which it was found; of a recording, with the second."""
        address = page_address(self.kind, self.path, self.lang)
        second = f"&{self.at}" if self.at.startswith("t=") else ""
        return address + second + (f"#{self.anchor}" if self.anchor else "")

    @property
    def page(self) -> int | None:
        """The page, sheet or slide of the document within which the passage stands."""
        return int(self.at.removeprefix("page=")) if self.at.startswith("page=") else None

    @property
    def second(self) -> int | None:
        """When in a recording the passage is said."""
        return int(self.at.removeprefix("t=")) if self.at.startswith("t=") else None

    @property
    def marking_url(self) -> str:
        """The same; of a text, so that the browser marks the words that were found and shows the first of them."""
        if self.at:
            return self.url
        return page_address(self.kind, self.path, self.lang) + marking_fragment(self.anchor, self.snippet)

    @property
    def plain_title(self) -> str:
        return "".join(text for text, _is_hit in self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looser:
    """A search that asks for less: without a word (``text`` is what is left), or without the filter ``dropped``."""

    text: str
    total: int
    word: str = ""
    dropped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of results.

    Attributes:
        total: within what the reader may see; a lower bound unless ``total_is_exact``.
        facets: counts by value of ``module``, ``course`` and ``lang``, the other filters being kept.
        suggestion: the query as it was read, if not as typed.
        missing: words that nothing has that the reader may see.
        did_you_mean: a query that finds more, if this one finds little and a slip would explain that.
        looser: of a search without results, words to leave out and how much is found then; see :class:`Looser`.
        documents: legal documents whose number was asked for.
        directory: people and classes, for those who may see some; not counted in ``total``.
        degraded: only titles were searched, because the index is being rebuilt.
    """

    query: Query
    items: Sequence[Result]
    total: int
    total_is_exact: bool = True
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    suggestion: str | None = None
    missing: Sequence[str] = ()
    did_you_mean: str | None = None
    looser: Sequence[Looser] = ()
    documents: Sequence[LegalRow] = ()
    directory: Directory = NOBODY
    next_cursor: str | None = None
    degraded: bool = False
