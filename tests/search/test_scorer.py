"""Posting lists read directly equal those of the stock matcher; ranking does not depend on the page size."""

import random

import numpy as np
import pytest
from whoosh.index import FileIndex
from whoosh.query import Term

from academy.search.backend import Applied, Replace
from academy.search.generations import LastingStorage
from academy.search.query import parse
from academy.search.whoosh_view import INDEX_NAME, SCHEMA, WhooshView
from tests.search.conftest import EVERYTHING
from tests.search.corpus import document, own_documents, real_documents

SYLLABLES = (
    "quản lý đô thị dữ liệu công tác tiền lương đạo đức hòa giải cán bộ nhân dân an toàn thông tin".split()
)


def random_document(number, chance):
    words = [chance.choice(SYLLABLES) for _ in range(chance.randint(3, 60))]
    return document(
        f"d{number}",
        "vi",
        " ".join(words[:3]),
        " ".join(words),
        course=f"c{number % 7}",
        module=f"m{number % 3}",
    )


@pytest.fixture(scope="module")
def worn(tmp_path_factory):
    """An index of several segments with many deleted documents, and what it should hold."""
    from tests.search.conftest import build

    chance = random.Random(7)
    documents = {f"d{number}": random_document(number, chance) for number in range(150)}
    index = build(tmp_path_factory.mktemp("worn"), documents.values())
    for position in range(12):
        batch = []
        for number in chance.sample(range(170), 9):
            name = f"d{number}"
            if name in documents and chance.random() < 0.4:
                del documents[name]
                batch.append(Replace(name))
            else:
                documents[name] = random_document(number, chance)
                batch.append(Replace(name, (documents[name],)))
        index.apply(batch, before=Applied(position), after=Applied(position + 1))
    return index, documents


def open_snapshot(index):
    folder = index.generations.folder(index.generations.current())
    return WhooshView(LastingStorage(folder)), FileIndex(
        LastingStorage(folder), schema=SCHEMA, indexname=INDEX_NAME
    )


def test_the_worn_index_is_worn(worn):
    snapshot, _index = open_snapshot(worn[0])
    assert snapshot.segments > 1
    assert snapshot.size > snapshot.documents + 1
    assert snapshot.documents == len(worn[1])


def test_posting_lists_equal_those_of_the_stock_matcher(worn):
    snapshot, stock = open_snapshot(worn[0])
    with stock.searcher() as searcher:
        terms = [
            (field, term.decode())
            for field, term in searcher.reader().all_terms()
            if field in ("title", "body")
        ]
        chance = random.Random(3)
        for field, term in chance.sample(terms, 300):
            ids, weights = snapshot.postings(field, term)
            expected = {}
            for offset, reader in [(offset, sub.reader()) for sub, offset in searcher.leaf_searchers()]:
                matcher = (
                    Term(field, term).matcher(searcher.__class__(reader)) if (field, term) in reader else None
                )
                while matcher is not None and matcher.is_active():
                    expected[offset + matcher.id()] = matcher.weight()
                    matcher.next()
            assert dict(zip(ids.tolist(), weights.tolist(), strict=True)) == pytest.approx(expected)
            assert set(ids.tolist()) == set(searcher.docs_for_query(Term(field, term)))


def test_documents_are_found_as_often_as_they_are_there(worn):
    index, documents = worn
    for first, second in (("đạo", "đức"), ("quản", "lý"), ("nhân", "dân"), ("an", "toàn")):
        expected = {
            doc.ref
            for doc in documents.values()
            if f" {first} {second} " in f" {doc.passages[0].text} "
            or f" {first} {second} " in f" {doc.title} "
        }
        page = index.search(parse(f'"{first} {second}"'), EVERYTHING, limit=500)
        assert {hit.ref for hit in page.hits} == expected
        assert page.total == len(page.hits) == len(expected)


def random_queries(count):
    chance = random.Random(11)
    vocabulary = [word for doc in (*real_documents(), *own_documents()) for word in doc.title.split()]
    for _ in range(count):
        words = [chance.choice(vocabulary).strip("“”\"':,–-") for _ in range(chance.randint(1, 5))]
        yield " ".join(words)


def test_the_first_of_all_are_the_first_of_a_page(library):
    for number, text in enumerate(random_queries(200)):
        query = parse(text)
        everything = [hit.ref for hit in library.search(query, EVERYTHING, limit=60).hits]
        assert len(everything) == library.search(query, EVERYTHING, limit=1).total
        limit = (1, 3, 10)[number % 3]
        assert [hit.ref for hit in library.search(query, EVERYTHING, limit=limit).hits] == everything[
            :limit
        ], text
        second = [hit.ref for hit in library.search(query, EVERYTHING, limit=4, offset=4).hits]
        assert second == everything[4:8], text


def test_pages_follow_each_other_to_the_end(library):
    query, seen, offset = parse("dữ liệu"), [], 0
    while offset is not None:
        page = library.search(query, EVERYTHING, limit=3, offset=offset)
        seen += [hit.ref for hit in page.hits]
        offset = page.next_offset
    assert len(seen) == len(set(seen)) == page.total


def test_facets_count_what_choosing_them_finds(library):
    for text in ("dữ liệu", "data", "văn bản", "dữ liệu lang:vi", "công chức module:smart_city"):
        query = parse(text)
        page = library.search(query, EVERYTHING)
        for facet, counts in page.facets.items():
            for value, count in counts.items():
                narrowed = parse(" ".join(part for part in text.split() if not part.startswith(facet)))
                named = {"course": None, "module": None, "lang": None} | {facet: value}
                assert library.search(narrowed.narrowed(**named), EVERYTHING).total == count, (
                    text,
                    facet,
                    value,
                )


def test_scores_do_not_depend_on_how_the_index_was_written(tmp_path):
    from tests.search.conftest import build

    documents = [random_document(number, random.Random(number)) for number in range(40)]
    whole = build(tmp_path / "whole", documents)
    grown = build(tmp_path / "grown", documents[:5])
    for position, doc in enumerate(documents[5:]):
        grown.apply([Replace(doc.group, (doc,))], before=Applied(position), after=Applied(position + 1))
    for text in ("đạo đức", "du lieu", "quản lý đô thị", "nhan dan an toan"):
        one = {hit.ref: hit.score for hit in whole.search(parse(text), EVERYTHING, limit=100).hits}
        other = {hit.ref: hit.score for hit in grown.search(parse(text), EVERYTHING, limit=100).hits}
        assert one == pytest.approx(other, rel=1e-3)
    assert np.isfinite(list(one.values())).all()
