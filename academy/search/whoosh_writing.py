"""Writing a Whoosh index: documents to fields, one commit per batch, how far the outbox is applied inside it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from whoosh.index import FileIndex
from whoosh.writing import SegmentWriter

from academy.search.analysis import Compounds
from academy.search.backend import IndexDamaged, Replace, SearchDoc
from academy.search.compound_lexicon import InBuildingOrder, read_lexicon, write_lexicon
from academy.search.fields import body_terms, stored_values, title_terms
from academy.search.generations import LastingStorage
from academy.search.whoosh_view import INDEX_NAME, META, SCHEMA

COMMIT_EVERY = 25_000  # documents, while building; each commit leaves a segment, which every query must read
WRITER_MB = 128


def write_batch(folder: Path, batch: Sequence[Replace], meta: dict) -> None:
    """Replace groups of documents, in one commit with what the index says of itself.

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
            _write_meta(writer, meta)
    except OSError:
        raise
    except Exception as error:  # whatever a torn file makes of Whoosh's parsers
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error


def build(folder: Path, docs: Iterable[SearchDoc], meta: dict) -> None:
    """Write a whole index into an empty folder."""
    index = FileIndex.create(LastingStorage(folder), SCHEMA, INDEX_NAME)
    ordered = InBuildingOrder(docs)
    writer, waiting = index.writer(limitmb=WRITER_MB), 0
    try:
        for doc, compounds in ordered:
            writer.add_document(**_fields(doc, compounds))
            waiting += 1
            if waiting >= COMMIT_EVERY:
                writer.commit()
                writer, waiting = index.writer(limitmb=WRITER_MB), 0
        write_lexicon(folder, ordered.compounds)
        _write_meta(writer, meta)
    except BaseException:
        writer.cancel()
        raise
    writer.commit()


def _write_meta(writer: SegmentWriter, meta: dict) -> None:
    writer.delete_by_term("ref", META)
    writer.add_document(ref=META, data=meta)


def _fields(doc: SearchDoc, compounds: Compounds) -> dict:
    """A document as the index's fields."""
    return {
        "ref": doc.ref,
        "group": doc.group,
        "label": dict.fromkeys(doc.labels, 1.0),
        "module": doc.module or None,
        "course": doc.course or None,
        "lang": doc.lang,
        "tag": dict.fromkeys(doc.tags, 1.0),
        "title": title_terms(doc, compounds),
        "body": body_terms(doc, compounds),
        "data": stored_values(doc),
    }
