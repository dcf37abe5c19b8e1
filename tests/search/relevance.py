"""The relevance of the search, by class of query: ``python -m tests.search.relevance [--tune]``.

Known items: what a hurried official types, and the lessons of which one must come up. The set has two halves that
never mix: weights are chosen by the first, and the second says what they are worth. ``--tune`` varies each weight
around its present value, over the first half only, and names every change that would be better there.
"""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import yaml

from academy.config import PROJECT_ROOT
from academy.search import fields, scorer, view
from academy.search.backend import Applied, Hit, Scope, SearchBackend
from academy.search.query import Query, parse
from academy.search.synonyms import Synonyms
from academy.search.whoosh_index import WhooshIndex
from tests.search.corpus import course_documents, own_documents, real_documents

HALVES = ("tune", "held-out")
DEPTH = 10
FACTORS = (0.5, 0.75, 1.33, 2.0)
_EVERYTHING = Scope(frozenset(), everything=True)


def seeded_pairs() -> tuple[tuple[str, str], ...]:
    """The abbreviations that every new academy knows."""
    [path] = (PROJECT_ROOT / "migrations" / "versions").glob("*_search_words.py")
    spec = importlib.util.spec_from_file_location("search_words", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SEED


SYNONYMS = Synonyms.of(seeded_pairs())


def read(text: str) -> Query:
    """A query as a new academy reads it."""
    return parse(text, SYNONYMS)


class KnownItem(NamedTuple):
    """A query of a class, and the names of which one must come up."""

    kind: str
    text: str
    wanted: frozenset[str]


class Figure(NamedTuple):
    """Mean reciprocal rank and recall among the first ten, over a number of queries."""

    queries: int
    mrr: float
    recall: float


def load(half: str) -> list[KnownItem]:
    """The queries of a half."""
    classes = yaml.safe_load(Path(__file__).with_name("relevance.yaml").read_text("utf-8"))[half]
    return [
        KnownItem(kind, unicodedata.normalize("NFD", text) if kind == "nfd" else text, frozenset(wanted))
        for kind, items in classes.items()
        for text, wanted in items.items()
    ]


def name_of(hit: Hit) -> str:
    """How the set names what was found."""
    return hit.extra.get("lesson") or f"{hit.kind}:{hit.course}"


def place(index: SearchBackend, item: KnownItem) -> int:
    """Place of the first wanted item among ten, 0 if it is not there."""
    hits = index.search(read(item.text), _EVERYTHING, limit=DEPTH).hits
    return next((at for at, hit in enumerate(hits, start=1) if name_of(hit) in item.wanted), 0)


def measure(index: SearchBackend, items: Iterable[KnownItem]) -> tuple[dict[str, Figure], list[tuple]]:
    """The figures by class (and of ``all``), and the queries whose item is not first, with their place."""
    places: dict[str, list[int]] = defaultdict(list)
    missed = []
    for item in items:
        at = place(index, item)
        places[item.kind].append(at)
        places["all"].append(at)
        if at != 1:
            missed.append((item.kind, unicodedata.normalize("NFC", item.text), at))
    return {kind: _figure(found) for kind, found in places.items()}, missed


def _figure(places: list[int]) -> Figure:
    number = len(places)
    return Figure(number, sum(1 / at for at in places if at) / number, sum(at > 0 for at in places) / number)


# --- tuning ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Knob:
    """One weight: where it stands, and whether documents must be written anew to try another value."""

    name: str
    holder: object
    key: str
    rewrites: bool = False

    def get(self) -> float:
        return self.holder[self.key] if isinstance(self.holder, dict) else getattr(self.holder, self.key)

    def set(self, value: float) -> None:
        if isinstance(self.holder, dict):
            self.holder[self.key] = value
        else:
            setattr(self.holder, self.key, value)


KNOBS = (
    Knob("pair in a title", scorer.PAIR, "title"),
    Knob("pair in a body", scorer.PAIR, "body"),
    Knob("word in a title", scorer.WORD, "title"),
    Knob("word in a body", scorer.WORD, "body"),
    Knob("form that was not typed", scorer, "LOOSE"),
    Knob("another name", scorer, "INSTEAD"),
    Knob("saturation (k1)", view, "K1"),
    Knob("length of titles (b)", view.LENGTH_WEIGHT, "title"),
    Knob("length of bodies (b)", view.LENGTH_WEIGHT, "body"),
    Knob("headings", fields, "HEADING_WEIGHT", rewrites=True),
    Knob("titles of course and topics", fields, "CONTEXT_WEIGHT", rewrites=True),
)


def tune(
    build: Callable[[], Path], items: list[KnownItem], knobs: Iterable[Knob] = KNOBS
) -> Iterator[tuple[str, float, float, float]]:
    """Vary one weight at a time; yields its name, its value, MRR with it and by how much that is better."""
    folder = build()
    present = _mrr(folder, items)
    for knob in knobs:
        before = knob.get()
        for factor in FACTORS:
            knob.set(before * factor)
            try:
                mrr = _mrr(build() if knob.rewrites else folder, items)
            finally:
                knob.set(before)
            yield knob.name, before * factor, mrr, mrr - present


def _mrr(folder: Path, items: list[KnownItem]) -> float:
    return measure(WhooshIndex(folder), items)[0]["all"].mrr


def build_library(root: Path) -> Path:
    """An index of all lessons and courses of the content folder and of the test's own lessons."""
    index = WhooshIndex(root)
    documents = (*real_documents(), *course_documents(), *own_documents())
    index.activate(index.rebuild(documents, Applied()))
    return root


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tune", action="store_true", help="vary each weight over the first half")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as base:
        numbers = iter(range(1000))

        def build() -> Path:
            return build_library(Path(base) / str(next(numbers)))

        index = WhooshIndex(build())
        found = {half: measure(index, load(half)) for half in HALVES}
        _print_table(found)
        if chosen.tune:
            _print_tuning(tune(build, load("tune")))


def _print_table(found: dict[str, tuple[dict[str, Figure], list[tuple]]]) -> None:
    print(f"{'':15}{'tune':>22}{'held-out':>25}")
    print(f"{'class':15}{'n':>6}{'MRR@10':>9}{'R@10':>8}{'n':>9}{'MRR@10':>9}{'R@10':>8}")
    kinds = [kind for kind in found["tune"][0] if kind != "all"] + ["all"]
    for kind in kinds:
        one, other = (found[half][0][kind] for half in HALVES)
        print(
            f"{kind:15}{one.queries:6}{one.mrr:9.3f}{one.recall:8.3f}"
            f"{other.queries:9}{other.mrr:9.3f}{other.recall:8.3f}"
        )
    for half in HALVES:
        for kind, text, at in found[half][1]:
            print(f"  {half}: {kind}: {text}: {f'place {at}' if at else 'not among ten'}")


def _print_tuning(trials: Iterable[tuple[str, float, float, float]]) -> None:
    best = 0.0
    for name, value, mrr, better in trials:
        print(f"{name:30}{value:7.2f}  MRR {mrr:.4f}  {better:+.4f}")
        best = max(best, better)
    print(f"No single weight is better by more than {best:.4f}.")


if __name__ == "__main__":
    main()
