"""Writing a Whoosh index: documents to fields, one commit per batch, how far the outbox is applied inside it."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from whoosh.index import FileIndex
from whoosh.writing import SegmentWriter

from academy.search.analysis import VERSION, Bag, Compounds
from academy.search.backend import Applied, IndexDamaged, Replace, SearchDoc
from academy.search.generations import LastingStorage
from academy.search.snapshot import INDEX_NAME, META, SCHEMA, read_meta

HEADING_WEIGHT = 3.0
CONTEXT_WEIGHT = 0.5
COMMIT_EVERY = 2000  # documents, while building
WRITER_MB = 128
LEXICON = "lexicon.json"


def read_applied(folder: Path) -> Applied:
    """How far the index in a folder has come.

    Raises:
        IndexDamaged: it cannot tell.
    """
    meta = read_meta(LastingStorage(folder))
    return Applied(meta["position"], frozenset(meta["recent"]))


def write_batch(folder: Path, batch: Sequence[Replace], applied: Applied) -> None:
    """Replace groups of documents, in one commit with how far they bring the index.

    Raises:
        IndexDamaged: the index cannot be read.
        OSError: it cannot be written (the disk is full); it is as it was.
    """
    compounds = read_lexicon(folder)
    try:
        index = FileIndex(LastingStorage(folder), schema=SCHEMA, indexname=INDEX_NAME)
        with index.writer(limitmb=WRITER_MB) as writer:
            for change in batch:
                writer.delete_by_term("group", change.group)
            for change in batch:
                for doc in change.docs:
                    writer.add_document(**_fields(doc, compounds))
            _write_meta(writer, applied)
    except OSError:
        raise
    except Exception as error:  # whatever a torn file makes of Whoosh's parsers
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error


def build(folder: Path, docs: Iterable[SearchDoc], applied: Applied) -> None:
    """Write a whole index into an empty folder."""
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
    (folder / LEXICON).write_text(json.dumps(sorted(compounds.lexicon)), "utf-8")
    for doc in german:
        writer.add_document(**_fields(doc, compounds))
    _write_meta(writer, applied)
    writer.commit()


def read_lexicon(folder: Path) -> Compounds:
    """The German words of the index; without the file compounds are not split."""
    try:
        return Compounds(json.loads((folder / LEXICON).read_text("utf-8")))
    except (OSError, ValueError):
        return Compounds()


def _write_meta(writer: SegmentWriter, applied: Applied) -> None:
    writer.delete_by_term("ref", META)
    data = {"position": applied.position, "recent": sorted(applied.recent), "analysis": VERSION}
    writer.add_document(ref=META, data=data)


def _fields(doc: SearchDoc, compounds: Compounds) -> dict:
    """A document as the index's fields."""
    title, body = Bag(doc.lang, compounds), Bag(doc.lang, compounds)
    title.add(doc.title, stops=True)
    body.add(doc.title)
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
