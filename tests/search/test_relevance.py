"""Known-item search over the real lessons: what people type finds what they mean, early."""

import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from academy.kernel.text import fold
from academy.search.query import parse
from tests.search.conftest import EVERYTHING

SET = yaml.safe_load(Path(__file__).with_name("relevance.yaml").read_text("utf-8"))
QUERIES = [(kind, text, set(lessons)) for kind, items in SET.items() for text, lessons in items.items()]


def rank(index, text, lessons):
    """Place of the first wanted lesson among ten, 0 if it is not there."""
    hits = index.search(parse(text), EVERYTHING, limit=10).hits
    return next((place for place, hit in enumerate(hits, start=1) if hit.extra["lesson"] in lessons), 0)


def found(index, text):
    return [(hit.ref, hit.anchor) for hit in index.search(parse(text), EVERYTHING, limit=10).hits]


def test_the_set_is_about_lessons_that_exist(library):
    known = {hit.extra["lesson"] for lang in ("vi", "en", "de") for hit in _all(library, lang)}
    assert len(QUERIES) >= 60
    assert set().union(*(lessons for _kind, _text, lessons in QUERIES)) <= known


def _all(index, lang):
    from tests.search.corpus import own_documents, real_documents

    return [doc for doc in (*real_documents(), *own_documents()) if doc.lang == lang]


def test_known_items_come_first(library):
    reciprocal, recalled, missed = defaultdict(list), defaultdict(list), []
    for kind, text, lessons in QUERIES:
        place = rank(library, text, lessons)
        reciprocal[kind].append(1 / place if place else 0)
        recalled[kind].append(place > 0)
        if place != 1:
            missed.append((kind, text, place))
    mean = {kind: sum(values) / len(values) for kind, values in reciprocal.items()}
    everything = [value for values in reciprocal.values() for value in values]
    every_recall = [value for values in recalled.values() for value in values]
    assert sum(everything) / len(everything) >= 0.95, (mean, missed)
    assert sum(every_recall) / len(every_recall) >= 0.98, missed
    for kind in ("unaccented", "tone", "minimal-pair", "number", "phrase"):
        assert mean[kind] >= 0.95, (kind, missed)
    assert min(mean.values()) >= 0.8, (mean, missed)


VIETNAMESE = [
    text for kind, text, _lessons in QUERIES if kind in {"title", "body", "tone", "minimal-pair", "phrase"}
]


@pytest.mark.parametrize("text", VIETNAMESE)
def test_decomposed_letters_find_the_same(library, text):
    assert found(library, unicodedata.normalize("NFD", text)) == found(library, text) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà giải", "hòa giải"), ("uỷ quyền", "ủy quyền"), ("sức khoẻ", "sức khỏe"), ("thuỷ lợi", "thủy lợi")],
)
def test_both_tone_placements_find_the_same(library, one, other):
    assert found(library, one) == found(library, other) != []


@pytest.mark.parametrize("text", [t for k, t, _l in QUERIES if k in {"title", "body"} and t != fold(t)])
def test_what_is_found_with_accents_is_found_without(library, text):
    with_accents = {hit.extra["lesson"] for hit in library.search(parse(text), EVERYTHING, limit=1).hits}
    without = {hit.extra["lesson"] for hit in library.search(parse(fold(text)), EVERYTHING, limit=10).hits}
    assert with_accents <= without


def test_exact_accents_come_before_other_accents(library):
    for text, first, twin in (
        ("tiền lương", "own-tien-luong", "own-tien-luong-benh"),
        ("tiên lượng", "own-tien-luong-benh", "own-tien-luong"),
        ("công tắc", "own-cong-tac-dien", "own-cong-tac"),
    ):
        lessons = [hit.extra["lesson"] for hit in library.search(parse(text), EVERYTHING, limit=30).hits]
        assert lessons.index(first) < (lessons.index(twin) if twin in lessons else 99)
    both = {hit.extra["lesson"] for hit in library.search(parse("tien luong"), EVERYTHING, limit=10).hits}
    assert {"own-tien-luong", "own-tien-luong-benh"} <= both


def test_a_result_opens_at_the_passage(library):
    hit = library.search(parse("bốn tại chỗ"), EVERYTHING).hits[0]
    assert hit.anchor.startswith("khung-hoang") or hit.anchor == ""
    hit = library.search(parse("đếm năm ngày làm việc"), EVERYTHING).hits[0]
    assert hit.anchor.startswith("thu-tuc")
    assert any(is_hit for _text, is_hit in hit.snippet)
