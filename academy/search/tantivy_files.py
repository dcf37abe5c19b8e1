"""The files of a Tantivy index: how it is laid out, whether they are whole, writing.

Tantivy itself makes files last before it names them (fsync), and ends each with a checksum that it does not
look at when it opens them. It maps files into memory, where a torn one would be met too late: so every file
is checked once by each process that reads it.
"""

import json
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from academy.search.analysis import Compounds
from academy.search.backend import IndexDamaged, Replace, SearchDoc
from academy.search.compound_lexicon import InBuildingOrder, read_lexicon, write_lexicon
from academy.search.fields import body_terms, count_of, stored_values, title_terms
from academy.search.state import checked
from academy.search.view import FACETS, TAG

META = "_meta"
EVERYBODY = "*"  # a label that every document has
HEAP_BYTES = 64_000_000
INDEX_OPTION = {"title": "freq", "body": "freq"}
_MAGIC = 1337  # the last four bytes of every file of Tantivy
_CHUNK = 1 << 20
_SEGMENT_FILE = re.compile(r"[0-9a-f]{32}\..+")


def make_schema() -> tantivy.Schema:
    """Terms come from our analyzer and are parted by spaces; values are kept as they are."""
    builder = tantivy.SchemaBuilder()
    for name in ("ref", "group", "label"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*FACETS, TAG):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name, option in INDEX_OPTION.items():
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    builder.add_bytes_field("data", stored=True)
    return builder.build()


@contextmanager
def reading() -> Iterator[None]:
    """Whatever a torn file makes of Tantivy means one thing; it also panics, which is no ``Exception``."""
    try:
        yield
    except (IndexDamaged, GeneratorExit):
        raise
    except Exception as error:
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error


def committed_files(folder: Path) -> list[Path]:
    """The files that the last commit names."""
    with reading():
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        present = list(folder.iterdir())
        found: list[Path] = []
        for segment in meta["segments"]:
            stem = segment["segment_id"].replace("-", "")
            deletes = segment.get("deletes")
            current = f"{stem}.{deletes['opstamp']}.del" if deletes else None
            own = [path for path in present if path.name.startswith(f"{stem}.")]
            found += [path for path in own if path.suffix != ".del" or path.name == current]
            if not own or (current and folder / current not in own):
                raise IndexDamaged(f"files of segment {stem} are missing")
        return found


def check_file(path: Path) -> None:
    """Compare a file with the checksum at its end.

    Raises:
        IndexDamaged: it is torn, or not what was written.
    """
    with reading(), path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 8))
        length, magic = struct.unpack("<II", file.read(8))
        body = size - 8 - length
        if magic != _MAGIC or body < 0:
            raise IndexDamaged(f"{path.name} is torn")
        file.seek(body)
        expected = json.loads(file.read(length))["crc"]
        file.seek(0)
        sum_, left = 0, body
        while left:
            chunk = file.read(min(_CHUNK, left))
            sum_, left = zlib.crc32(chunk, sum_), left - len(chunk)
        if sum_ != expected:
            raise IndexDamaged(f"{path.name} is not what was written")


def state_of(folder: Path) -> tuple[int, int]:
    """Something that is different after every commit.

    Raises:
        IndexDamaged: there is no index.
    """
    try:
        told = (folder / "meta.json").stat()
    except OSError as error:
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error
    return told.st_mtime_ns, told.st_ino


def open_searcher(folder: Path) -> tuple[tantivy.Searcher, tantivy.Schema]:
    """The last commit, opened for reading.

    Raises:
        IndexDamaged: it cannot be opened.
    """
    with reading():
        index = tantivy.Index.open(str(folder))
        index.config_reader("manual")
        index.reload()
        return index.searcher(), index.schema


def read_meta(searcher: tantivy.Searcher, schema: tantivy.Schema) -> dict:
    """What the index says of itself.

    Raises:
        IndexDamaged: it does not, or was made by other rules.
    """
    with reading():
        found = searcher.search(tantivy.Query.term_query(schema, "ref", META, "basic"), limit=2).hits
        if len(found) != 1:
            raise IndexDamaged("the index does not tell how far it has come")
        return checked(json.loads(bytes(searcher.doc(found[0][1]).get_first("data"))))


def write_batch(folder: Path, batch: Sequence[Replace], meta: dict) -> None:
    """Replace groups of documents in one commit; the index is opened anew for each.

    Raises:
        IndexDamaged: the index cannot be read.
        OSError: it cannot be written; it is as it was.
    """
    compounds = read_lexicon(folder)
    _remove_leftovers(folder)
    with reading():
        index = tantivy.Index.open(str(folder))
        writer = index.writer(heap_size=HEAP_BYTES, num_threads=1)
        for change in batch:
            writer.delete_documents_by_term("group", change.group)
        for change in batch:
            for doc in change.docs:
                writer.add_document(_document(doc, compounds))
        _commit(writer, meta)


def _remove_leftovers(folder: Path) -> None:
    """Remove files that no commit names, left by a writer that died; call it with the writer's lock held.

    Tantivy names a list of deletions by a number that the next writer uses again, and stops at the old file.
    """
    committed = {path.name for path in committed_files(folder)}
    for path in list(folder.iterdir()):
        if _SEGMENT_FILE.fullmatch(path.name) and path.name not in committed:
            path.unlink(missing_ok=True)


def build(folder: Path, docs: Iterable[SearchDoc], meta: dict) -> None:
    """Write a whole index into an empty folder."""
    index = tantivy.Index(make_schema(), path=str(folder))
    writer = index.writer(heap_size=2 * HEAP_BYTES, num_threads=1)
    ordered = InBuildingOrder(docs)
    for doc, compounds in ordered:
        writer.add_document(_document(doc, compounds))
    write_lexicon(folder, ordered.compounds)
    _commit(writer, meta)


def _commit(writer: tantivy.IndexWriter, meta: dict) -> None:
    writer.delete_documents_by_term("ref", META)
    own = tantivy.Document()
    own.add_text("ref", META)
    own.add_bytes("data", json.dumps(meta).encode())
    writer.add_document(own)
    writer.commit()
    writer.wait_merging_threads()


def _document(doc: SearchDoc, compounds: Compounds) -> tantivy.Document:
    """A document as Tantivy takes it; a term's weight is how often it is said."""
    new = tantivy.Document()
    for name in ("ref", "group", *FACETS):
        value: Any = getattr(doc, name)
        if value:
            new.add_text(name, value)
    for tag in doc.tags:
        new.add_text(TAG, tag)
    for label in (EVERYBODY, *doc.labels):
        new.add_text("label", label)
    for name, terms in (("title", title_terms(doc, compounds)), ("body", body_terms(doc, compounds))):
        new.add_text(name, " ".join(term for term, weight in terms.items() for _ in range(count_of(weight))))
    new.add_bytes("data", json.dumps(stored_values(doc), ensure_ascii=False).encode())
    return new
