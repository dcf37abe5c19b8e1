"""The default backend: Whoosh keeps the posting lists, :mod:`academy.search.scorer` ranks.

One process at a time writes; readers take a new snapshot when there is one, at most once a second. The
index tells by itself how far the outbox has been applied, in the same commit as the documents.
"""

import json
import logging
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from whoosh.index import TOC, FileIndex

from academy.search.analysis import VERSION, Bag, Compounds
from academy.search.backend import (
    Health,
    Hit,
    IndexDamaged,
    Replace,
    Scope,
    SearchDoc,
    SearchPage,
    Suggestion,
)
from academy.search.generations import Generations, LastingStorage
from academy.search.plan import Plan, Planner, Unit
from academy.search.query import Query, parse
from academy.search.scorer import Ranking, Scorer
from academy.search.snapshot import FACETS, INDEX_NAME, META, SCHEMA, Snapshot
from academy.search.snippets import MarkedDocument, phrase_pattern

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
VERIFIED = 200  # phrase candidates whose text is read
HEADING_WEIGHT = 3.0
CONTEXT_WEIGHT = 0.5
COMMIT_EVERY = 2000  # documents, while building
WRITER_MB = 128


class WhooshIndex:
    """A search backend in a folder of its own; see :class:`academy.search.backend.SearchBackend`."""

    name = "whoosh"

    def __init__(self, root: Path):
        self.generations = Generations(root)
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._compounds = Compounds()
        self._generation: str | None = None
        self._looked = 0.0

    # -- reading ----------------------------------------------------------------------------------

    def _current(self) -> tuple[Snapshot, Compounds]:
        """The newest snapshot; while one thread opens it, the others go on with the one before."""
        if self._snapshot is not None and time.monotonic() - self._looked < LOOK_SECONDS:
            return self._snapshot, self._compounds
        if not self._lock.acquire(blocking=self._snapshot is None):
            snapshot = self._snapshot
            if snapshot is not None:
                return snapshot, self._compounds
            self._lock.acquire()
        try:
            self._refresh()
            return self._snapshot, self._compounds
        finally:
            self._lock.release()

    def _refresh(self) -> None:
        name = self.generations.current()
        if name is None:
            self._snapshot = None
            raise IndexDamaged("there is no index yet")
        folder = self.generations.folder(name)
        storage = LastingStorage(folder)
        before = self._snapshot if name == self._generation else None
        if before is None or _newest(storage) != before.toc:
            self._snapshot = None  # until the new one stands, the old one must not answer as if it were whole
            self._snapshot = _opened(storage, before)
            self._compounds = _read_lexicon(folder)
            self._generation = name
        self._looked = time.monotonic()

    def refresh(self) -> None:
        """Look for a newer index now, not within a second."""
        self._looked = 0.0

    def search(
        self, query: Query, scope: Scope, *, limit: int = 10, offset: int = 0, prefer: str | None = None
    ) -> SearchPage:
        return self._guarded(self._search, query, scope, limit, offset, prefer)

    def suggest(self, typed: str, scope: Scope, *, limit: int = 8) -> list[Suggestion]:
        return self._guarded(self._suggest, typed, scope, limit)

    def _guarded(self, act, *arguments):
        snapshot, compounds = self._current()
        try:
            return act(snapshot, compounds, *arguments)
        except IndexDamaged:  # a file damaged after it was opened
            self._snapshot = None
            log.exception("the search index cannot be read")
            raise

    def _search(
        self,
        snapshot: Snapshot,
        compounds: Compounds,
        query: Query,
        scope: Scope,
        limit: int,
        offset: int,
        prefer: str | None,
    ) -> SearchPage:
        visible = snapshot.visible(scope)
        plan = Planner(snapshot, visible, compounds).plan(query)
        chosen = {"lang": query.langs, "course": query.courses, "module": query.modules}
        masks = {name: mask for name in FACETS if (mask := snapshot.chosen(name, chosen[name])) is not None}
        wanted = np.logical_and.reduce(list(masks.values())) if masks else None
        ranking = Scorer(snapshot).rank(plan, visible, wanted, prefer)
        found, exact = self._verified(snapshot, plan, ranking)
        order = _best_first(found if wanted is None else found & wanted, ranking.scores)
        page = order[offset : offset + limit]
        hits = [_hit(snapshot.stored(int(number)), plan, float(ranking.scores[number])) for number in page]
        return SearchPage(
            hits=hits,
            total=len(order),
            total_is_exact=exact,
            facets=_facet_counts(snapshot, found, masks),
            corrected=plan.corrected(query.text),
            next_offset=offset + limit if offset + limit < len(order) else None,
            generation=f"{self._generation}.{snapshot.toc}",
        )

    @staticmethod
    def _verified(snapshot: Snapshot, plan: Plan, ranking: Ranking) -> tuple[np.ndarray, bool]:
        """What was found, without texts in which a phrase does not really stand; only the best 200 are read."""
        if not any(unit.phrase for alternative in plan.alternatives for unit in alternative.units):
            return ranking.found, True
        order = _best_first(ranking.found, ranking.scores)
        found = np.zeros_like(ranking.found)
        for number in order[:VERIFIED]:
            found[number] = _has_phrases(snapshot.stored(int(number)), plan)
        return found, len(order) <= VERIFIED

    def _suggest(
        self, snapshot: Snapshot, compounds: Compounds, typed: str, scope: Scope, limit: int
    ) -> list[Suggestion]:
        text = typed.rstrip()
        if not text:
            return []
        ends_open = typed == text and text[-1:].isalnum() and len(text.split()[-1]) > 1
        query = parse(" ".join(f"title:{word}" for word in (text + "*" if ends_open else text).split()))
        visible = snapshot.visible(scope)
        plan = Planner(snapshot, visible, compounds).plan(query)
        ranking = Scorer(snapshot).rank(plan, visible, None, None)
        order = _best_first(ranking.found, ranking.scores)[: 2 * limit]
        out: dict[str, Suggestion] = {}
        for number in order:
            data = snapshot.stored(int(number))
            new = Suggestion(data["title"], data["path"], data["lang"], data["group"], data["version"])
            out.setdefault(new.title, new)
        return list(out.values())[:limit]

    # -- writing ----------------------------------------------------------------------------------

    def applied(self) -> tuple[int, frozenset[int]]:
        name = self.generations.current()
        if name is None:
            raise IndexDamaged("there is no index yet")
        meta = Snapshot(LastingStorage(self.generations.folder(name))).meta
        return meta["position"], frozenset(meta["recent"])

    def apply(self, batch: Sequence[Replace], position: int, recent: Iterable[int] = ()) -> None:
        with self.generations.lock("writer", wait=20.0):
            name = self.generations.current()
            if name is None:
                raise IndexDamaged("there is no index yet")
            self._write(name, batch, position, recent)
        self.refresh()

    def _write(self, name: str, batch: Sequence[Replace], position: int, recent: Iterable[int]) -> None:
        folder = self.generations.folder(name)
        compounds = _read_lexicon(folder)
        try:
            index = FileIndex(LastingStorage(folder), schema=SCHEMA, indexname=INDEX_NAME)
            with index.writer(limitmb=WRITER_MB) as writer:
                for change in batch:
                    writer.delete_by_term("group", change.group)
                for change in batch:
                    for doc in change.docs:
                        writer.add_document(**_fields(doc, compounds))
                _write_meta(writer, position, recent)
        except OSError:
            raise  # the disk is full or not ours: the index is as it was
        except Exception as error:
            raise IndexDamaged(f"{type(error).__name__}: {error}") from error

    def rebuild(self, docs: Iterable[SearchDoc], position: int) -> str:
        with self.generations.lock("rebuild"):
            self.generations.sweep()
            name = self.generations.create()
            folder = self.generations.folder(name)
            index = FileIndex.create(LastingStorage(folder), SCHEMA, INDEX_NAME)
            german: list[SearchDoc] = []
            writer, waiting = index.writer(limitmb=WRITER_MB), 0
            for doc in docs:
                if doc.lang == "de":
                    german.append(doc)  # its compounds are split by the words of all German texts
                    continue
                writer.add_document(**_fields(doc, Compounds()))
                waiting += 1
                if waiting >= COMMIT_EVERY:
                    writer.commit()
                    writer, waiting = index.writer(limitmb=WRITER_MB), 0
            compounds = Compounds.learn(passage.text for doc in german for passage in doc.passages)
            (folder / "lexicon.json").write_text(json.dumps(sorted(compounds.lexicon)), "utf-8")
            for doc in german:
                writer.add_document(**_fields(doc, compounds))
            _write_meta(writer, position, ())
            writer.commit()
            return name

    def activate(self, generation: str) -> None:
        _opened(LastingStorage(self.generations.folder(generation)), None)  # raises if it cannot be read
        self.generations.activate(generation)
        self.refresh()

    def health(self) -> Health:
        name = self.generations.current() or ""
        folder = self.generations.folder(name)
        try:
            snapshot = _opened(LastingStorage(folder), None) if name else None
            if snapshot is None:
                raise IndexDamaged("there is no index yet")
        except IndexDamaged as damage:
            return Health(generation=name, degraded=True, reason=str(damage))
        return Health(
            documents=snapshot.documents,
            generation=f"{name}.{snapshot.toc}",
            position=snapshot.meta["position"],
            segments=snapshot.segments,
            bytes=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        )


def _best_first(found: np.ndarray, scores: np.ndarray) -> np.ndarray:
    numbers = np.flatnonzero(found)
    return numbers[np.argsort(-scores[numbers], kind="stable")]


def _newest(storage: LastingStorage) -> int:
    return TOC._latest_generation(storage, INDEX_NAME)


def _opened(storage: LastingStorage, before: Snapshot | None) -> Snapshot:
    """Open the newest state; a writer may remove the state before while we look, so look again."""
    for attempt in range(4):
        try:
            return Snapshot(storage, before)
        except IndexDamaged:
            if attempt == 3:
                raise
            time.sleep(0.02 * (attempt + 1))
    raise AssertionError("not reached")


def _read_lexicon(folder: Path) -> Compounds:
    try:
        return Compounds(json.loads((folder / "lexicon.json").read_text("utf-8")))
    except (OSError, ValueError):
        return Compounds()


def _write_meta(writer, position: int, recent: Iterable[int]) -> None:
    writer.delete_by_term("ref", META)
    writer.add_document(ref=META, data={"position": position, "recent": sorted(recent), "analysis": VERSION})


def _fields(doc: SearchDoc, compounds: Compounds) -> dict:
    """A document as the index's fields."""
    title, body = Bag(doc.lang, compounds), Bag(doc.lang, compounds)
    title.add(doc.title, stops=True)
    for passage in doc.passages:
        body.add(passage.text, HEADING_WEIGHT if passage.heading else 1.0)
    for text in doc.context:
        body.add(text, CONTEXT_WEIGHT)
    data = {
        "ref": doc.ref, "group": doc.group, "kind": doc.kind, "lang": doc.lang, "title": doc.title,
        "course": doc.course, "module": doc.module, "path": doc.path, "version": doc.version,
        "extra": dict(doc.extra),
        "passages": [(passage.anchor, passage.text, passage.heading) for passage in doc.passages],
    }  # fmt: skip
    return {
        "ref": doc.ref,
        "group": doc.group,
        "label": dict.fromkeys(doc.labels, 1.0),
        "module": doc.module or None,
        "course": doc.course or None,
        "lang": doc.lang,
        "title": title.terms,
        "body": body.terms,
        "data": data,
    }


def _hit(data: dict, plan: Plan, score: float) -> Hit:
    marked = MarkedDocument(plan.marks, data["lang"], data["title"], data["passages"])
    anchor, snippet = marked.best_passage()
    return Hit(
        ref=data["ref"],
        group=data["group"],
        kind=data["kind"],
        lang=data["lang"],
        course=data["course"],
        module=data["module"],
        path=data["path"],
        anchor=anchor,
        title=marked.title(),
        snippet=snippet,
        score=round(score, 4),
        version=data["version"],
        extra=data["extra"],
    )


def _has_phrases(data: dict, plan: Plan) -> bool:
    """Whether the text answers all phrases of one alternative."""

    def holds(unit: Unit) -> bool:
        pattern = phrase_pattern(unit.phrase)
        if pattern.search(data["title"]):
            return True
        return not unit.title and any(pattern.search(text) for _anchor, text, _heading in data["passages"])

    return any(
        all(holds(unit) for unit in alternative.units if unit.phrase) for alternative in plan.alternatives
    )


def _facet_counts(
    snapshot: Snapshot, found: np.ndarray, masks: dict[str, np.ndarray]
) -> dict[str, dict[str, int]]:
    """Per facet, how many documents each value would give, the other filters being kept."""
    out = {}
    for name in FACETS:
        kept = found
        for other, mask in masks.items():
            if other != name:
                kept = kept & mask
        names, codes = snapshot.facets[name]
        counts = np.bincount(codes[kept & (codes >= 0)], minlength=len(names))
        out[name] = {names[at]: int(counts[at]) for at in np.argsort(-counts, kind="stable") if counts[at]}
    return out
