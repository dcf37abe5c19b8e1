"""The German words by which an index splits compounds: learnt while it is built, kept beside it."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from academy.search.analysis import Compounds
from academy.search.backend import SearchDoc

LEXICON = "lexicon.json"


class InBuildingOrder:
    """Documents with what splits their compounds: the German ones last, when all German texts have been seen.

    When all documents are taken, ``compounds`` is the lexicon of the index.
    """

    def __init__(self, docs: Iterable[SearchDoc]):
        self._docs = docs
        self.compounds = Compounds()

    def __iter__(self) -> Iterator[tuple[SearchDoc, Compounds]]:
        german: list[SearchDoc] = []
        for doc in self._docs:
            if doc.lang == "de":
                german.append(doc)
            else:
                yield doc, self.compounds
        self.compounds = Compounds.learn(passage.text for doc in german for passage in doc.passages)
        for doc in german:
            yield doc, self.compounds


def write_lexicon(folder: Path, compounds: Compounds) -> None:
    """Keep a lexicon in an index's folder."""
    (folder / LEXICON).write_text(json.dumps(sorted(compounds.lexicon)), "utf-8")


def read_lexicon(folder: Path) -> Compounds:
    """The German words of the index; without the file compounds are not split."""
    try:
        return Compounds(json.loads((folder / LEXICON).read_text("utf-8")))
    except (OSError, ValueError):
        return Compounds()
