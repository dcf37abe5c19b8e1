"""What a search backend is: the shapes that go in and come out, whatever engine is behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from academy.search.query import Query

PUBLIC = "public"
IN_LESSONS = ("lesson", "term", "file", "recording")  # kinds of documents whose page is a lesson


class IndexDamaged(Exception):
    """The index is missing, torn, or made by other rules; the database must answer and a rebuild is due."""


def page_address(kind: str, path: str, lang: str) -> str:
    """The address of what was found, in the language in which it was found."""
    return f"{path}?lang={lang}" if kind in IN_LESSONS else path


@dataclass(frozen=True, slots=True)
class Passage:
    """A block of a document and the anchor at which a reader lands.

    Behind ``~`` an anchor may say more of the place: ``listening-2~t=83`` is the 83rd second of the recording in
    that block, ``file-1~page=4`` a page of the document that it offers.
    """

    anchor: str
    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDoc:
    """What can be found.

    Attributes:
        ref: unique name, ``lesson:17:vi``.
        group: what is replaced together, ``lesson:17``.
        kind: ``lesson``, ``course``, ``term``, ``file``, ``recording``, ``legal`` or a course module's own kind.
        lang: of the text; decides stemming and stop words.
        course, module: slugs; ``course`` may be empty.
        tags: slugs of the topics it is about.
        path: address of the page, without anchor.
        labels: who may find it: a reader whose scope holds one of them.
        context: texts that describe but do not belong to it (titles of course and topics, in any language).
        version: id of the immutable version the text was taken from.
    """

    ref: str
    group: str
    kind: str
    lang: str
    title: str
    path: str
    course: str = ""
    module: str = ""
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = (PUBLIC,)
    passages: tuple[Passage, ...] = ()
    context: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reader may find. There is no default: who searches must say for whom.

    ``labels`` are compared with :attr:`SearchDoc.labels`. ``closed`` names courses of which nothing is found
    whatever their labels: the index may be some seconds older than a course's restriction. ``everything``
    is for administrators and tests.
    """

    labels: frozenset[str]
    everything: bool = False
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Applied:
    """How far an outbox is applied: every number up to ``position``, and some ``recent`` ones beyond it."""

    position: int = 0
    recent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Replace:
    """Make the documents of a group exactly these; none removes the group."""

    group: str
    docs: tuple[SearchDoc, ...] = ()


Marked = list[tuple[str, bool]]
"""A text in pieces, each with whether it matched; never HTML."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result; ``anchor`` is the block that answers best, empty for the top of the page."""

    ref: str
    group: str
    kind: str
    lang: str
    course: str
    module: str
    path: str
    anchor: str
    title: Marked
    snippet: Marked
    score: float
    version: int
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of results.

    Attributes:
        total: how many documents answer within the reader's scope; a lower bound unless ``total_is_exact``.
        facets: per ``module``, ``course``, ``lang`` and ``tag``: counts of what would be found with that value
            chosen.
        corrected: the query as it was understood, if a word had to be read differently.
        missing: words that nothing has that the reader may find.
        did_you_mean: a query that finds more, if this one finds little and a slip would explain that.
    """

    hits: Sequence[Hit]
    total: int
    total_is_exact: bool = True
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    corrected: str | None = None
    missing: Sequence[str] = ()
    did_you_mean: str | None = None
    next_offset: int | None = None
    degraded: bool = False
    generation: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that fits what has been typed so far; ``kind`` and ``path`` as in :class:`SearchDoc`."""

    title: str
    kind: str
    path: str
    lang: str
    course: str

    @property
    def url(self) -> str:
        return page_address(self.kind, self.path, self.lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of the index, for operators."""

    documents: int = 0
    generation: str = ""
    position: int = 0
    segments: int = 0
    bytes: int = 0
    degraded: bool = False
    reason: str = ""


class SearchBackend(Protocol):
    """An engine. Searching is for any process; writing for one at a time.

    The same documents, questions and readers get the same answers from every engine; only the order of what
    answers equally well is the engine's own.
    """

    name: str

    def search(
        self, query: Query, scope: Scope, *, limit: int = 10, offset: int = 0, prefer: str | None = None
    ) -> SearchPage:
        """The best ``limit`` documents from ``offset`` on; language ``prefer`` wins between equals.

        Raises:
            IndexDamaged: the index cannot answer.
        """

    def suggest(self, typed: str, scope: Scope, *, limit: int = 8) -> list[Suggestion]:
        """Titles for a query that is still being typed.

        Raises:
            IndexDamaged: the index cannot answer.
        """

    def similar(self, ref: str, scope: Scope, *, limit: int = 5) -> list[Hit]:
        """Documents about the same as one that the reader may see, but those replaced together with it.

        Raises:
            IndexDamaged: the index cannot answer.
        """

    def explain(self, query: Query, scope: Scope, *, ref: str | None = None, limit: int = 10) -> list[str]:
        """In lines for an operator: how a query is read and what it finds, or why it finds ``ref`` or does not.

        Raises:
            IndexDamaged: the index cannot answer.
        """

    def refresh(self) -> None:
        """Look for a newer state at the next question, not within a second."""

    @property
    def key(self) -> str:
        """A name of this index that no other has: who writes it holds a lease of that name."""

    def applied(self) -> Applied:
        """How far the index has come.

        Raises:
            IndexDamaged: there is no index that could tell.
        """

    def apply(self, batch: Sequence[Replace], *, before: Applied, after: Applied, token: int = 0) -> None:
        """Write changes and how far they bring the index, in one commit; repeating it changes nothing.

        ``token`` is the number of the writer's lease: an index that a younger lease has written refuses it.

        Raises:
            IndexDamaged: there is no index to write to.
            WriterBusy: another process writes, has brought the index elsewhere than ``before``, or has a
                younger lease.
        """

    def rebuild(self, docs: Iterable[SearchDoc], applied: Applied, *, token: int = 0) -> str:
        """Build a new generation beside the one in use and return its name; it is not yet used.

        Raises:
            WriterBusy: another process builds one.
        """

    def activate(self, generation: str) -> None:
        """Let readers use the generation from now on."""

    def health(self) -> Health:
        """Look at the index; never raises."""


class WriterBusy(Exception):
    """Another process is writing the index."""
