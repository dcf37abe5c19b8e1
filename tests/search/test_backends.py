"""What every search backend promises, asked of each of them; the one in memory is the measure."""

import random
from dataclasses import replace

import pytest

from academy.search import state
from academy.search.backend import PUBLIC, Applied, IndexDamaged, Replace, Scope, WriterBusy
from academy.search.query import parse
from tests.postgresql import NoPostgreSQL
from tests.search.backends import NAMES, Shelf
from tests.search.conftest import EVERYTHING
from tests.search.corpus import course_documents, document, own_documents, real_documents
from tests.search.oracle import World
from tests.search.relevance import HALVES, load, read
from tests.search.relevance import measure as relevance

ALLOWED_DIFFERENCE = 0.02
LABELS = (PUBLIC, *(f"course:{number}" for number in range(4)))
TAGS = sorted({tag for doc in real_documents() for tag in doc.tags})
ANYBODY = Scope(frozenset([PUBLIC]))


@pytest.fixture(scope="module", params=NAMES)
def shelf(request, tmp_path_factory):
    try:
        shelf = Shelf(request.param, tmp_path_factory.mktemp(request.param))
    except NoPostgreSQL as missing:
        pytest.skip(str(missing))
    yield shelf
    shelf.close()


def labelled():
    """Lessons and courses under labels at random, in courses and modules of their own."""
    chance = random.Random(21)
    for number, real in enumerate((*real_documents(), *course_documents(), *own_documents())):
        labels = tuple(chance.sample(LABELS, chance.choice([1, 1, 2])))
        yield replace(real, labels=labels, course=f"c{number % 5}", module=f"m{number % 3}")


@pytest.fixture(scope="module")
def library(shelf):
    return shelf.build(labelled())


@pytest.fixture(scope="module")
def measure(tmp_path_factory):
    return Shelf("memory", tmp_path_factory.mktemp("measure")).build(labelled())


def random_queries(count, seed):
    chance = random.Random(seed)
    words = [word.strip("“”\"':,–-") for doc in labelled() for word in doc.title.split()]
    for _ in range(count):
        picked = [word for word in chance.sample(words, chance.randint(1, 5)) if word]
        text = " ".join(picked) or "dữ liệu"
        yield chance.choice(
            [text, text.lower(), f'"{text}"', f"{text} -{words[0]}", f"{text[:4]}*", f"title:{picked[0]}" if picked else text, text[:-1],
             f"{text} OR {chance.choice(words)}", f"{text} course:c{chance.randint(0, 6)}", f"{text} lang:vi module:m1",
             f"{text} tag:{chance.choice(TAGS)}"]
        )  # fmt: skip


def answer(page):
    """What must be the same whatever the engine."""
    return {
        "total": page.total,
        "exact": page.total_is_exact,
        "corrected": page.corrected,
        "facets": {name: dict(counts) for name, counts in page.facets.items()},
        "refs": {hit.ref for hit in page.hits},
        "passages": {hit.ref: (hit.anchor, hit.title, hit.snippet) for hit in page.hits},
    }


def test_relevance_is_the_same(shelf, tmp_path):
    documents = (*real_documents(), *course_documents(), *own_documents())
    items = [item for half in HALVES for item in load(half)]
    figures, missed = relevance(shelf.build(documents), items)
    expected, _missed = relevance(Shelf("memory", tmp_path).build(documents), items)
    assert abs(figures["all"].mrr - expected["all"].mrr) <= ALLOWED_DIFFERENCE, missed
    assert figures["all"].recall >= 0.98, missed


def test_the_same_documents_are_found_counted_and_marked(library, measure):
    texts = [*(item.text for half in HALVES for item in load(half)), *random_queries(120, seed=4)]
    for text in texts:
        query = read(text)
        assert answer(library.search(query, EVERYTHING, limit=200)) == answer(
            measure.search(query, EVERYTHING, limit=200)
        ), text


def test_each_reader_gets_what_he_may_see(library, measure):
    chance = random.Random(8)
    for text in random_queries(120, seed=5):
        closed = frozenset(chance.sample(["c0", "c1", "c2", "c3"], chance.choice([0, 0, 1, 2])))
        scope = Scope(frozenset(chance.sample(LABELS, chance.randint(0, 3))), closed=closed)
        query = parse(text)
        assert answer(library.search(query, scope, limit=200)) == answer(
            measure.search(query, scope, limit=200)
        ), (text, scope)
        typed = text.strip('"*')[:12]
        assert set(library.suggest(typed, scope, limit=200)) == set(measure.suggest(typed, scope, limit=200))


def test_the_first_of_all_are_the_first_of_a_page(library):
    for number, text in enumerate(random_queries(200, seed=6)):
        query = parse(text)
        prefer = ("vi", "en", None)[number % 3]
        everything = [hit.ref for hit in library.search(query, EVERYTHING, limit=100, prefer=prefer).hits]
        assert len(everything) == library.search(query, EVERYTHING, limit=1).total
        limit = (1, 3, 10)[number % 3]
        first = library.search(query, EVERYTHING, limit=limit, prefer=prefer).hits
        assert [hit.ref for hit in first] == everything[:limit], text
        second = library.search(query, EVERYTHING, limit=4, offset=4, prefer=prefer).hits
        assert [hit.ref for hit in second] == everything[4:8], text


def test_the_readers_language_comes_first_between_equals(shelf):
    texts = [document(f"n{lang}", lang, "WLAN 2026", "WLAN 2026") for lang in ("de", "en")]
    index = shelf.build(texts)
    for lang, other in (("de", "en"), ("en", "de")):
        hits = index.search(parse("wlan 2026"), EVERYTHING, prefer=lang).hits
        assert [hit.lang for hit in hits] == [lang, other]


def test_a_phrase_stands_in_the_text_word_by_word(shelf):
    index = shelf.build(
        [
            document("a", "vi", "Một", "Đạo đức công vụ là gốc."),
            document("b", "vi", "Hai", "Đạo đức. Đức công minh, công vụ nặng."),
        ]
    )
    assert [hit.group for hit in index.search(parse('"đạo đức công vụ"'), EVERYTHING).hits] == ["a"]
    assert index.search(parse('"công vụ đạo đức"'), EVERYTHING).total == 0


def test_similar_documents_are_about_the_same_and_may_be_seen(shelf):
    about_floods = "Ngập lụt đô thị, trạm bơm, máy bơm tiêu úng và cảnh báo ngập lụt."
    index = shelf.build(
        [
            document("one", "vi", "Ngập lụt đô thị", about_floods),
            document("two", "vi", "Chống ngập lụt", about_floods + " Trực ban."),
            document("secret", "vi", "Ngập lụt mật", about_floods, labels=("course:1",)),
            document("other", "vi", "Văn thư", "Dấu giáp lai đóng vào mép phải văn bản."),
        ]
    )
    assert [hit.group for hit in index.similar("one:vi", ANYBODY)] == ["two"]
    both = Scope(frozenset([PUBLIC, "course:1"]))
    assert {hit.group for hit in index.similar("one:vi", both)} == {"two", "secret"}
    assert index.similar("secret:vi", ANYBODY) == [] == index.similar("nothing:vi", ANYBODY)


def test_it_is_said_why_a_document_is_found_or_not(shelf):
    index = shelf.build(
        [
            document("a", "vi", "Đạo đức công vụ", "Cán bộ giữ đạo đức."),
            document("b", "vi", "Văn thư", "Con dấu và đạo hàm.", labels=("course:1",)),
        ]
    )
    found = "\n".join(index.explain(parse("đạo đức"), ANYBODY, ref="a:vi"))
    assert "may be found: yes (by public)" in found
    assert "as typed  any of: đạo" in found and "found     pair: _dao_duc (1)" in found
    assert "place 1 of 1" in found
    hidden = "\n".join(index.explain(parse("con dấu -đạo lang:en"), ANYBODY, ref="b:vi"))
    assert "may be found: no (its labels are course:1; the reader has public)" in hidden
    assert "filter lang in en: no (vi)" in hidden and "excluded by -: yes" in hidden
    assert "not found; 0 other documents are" in hidden
    closed = Scope(frozenset([PUBLIC]), closed=frozenset(["own"]))
    assert "course own is closed" in "\n".join(index.explain(parse("đạo"), closed, ref="a:vi"))
    assert index.explain(parse("đạo"), ANYBODY, ref="c:vi") == ["The index holds no document c:vi."]
    assert index.explain(parse("đạo đức"), ANYBODY)[-1].endswith("a:vi  Đạo đức công vụ")


# --- writing --------------------------------------------------------------------------------------


def lesson(number, words="Chữ."):
    return Replace(f"n{number}", (document(f"n{number}", "vi", f"Bài {number}", words),))


def groups(index, text="bài"):
    return sorted(hit.group for hit in index.search(parse(text), EVERYTHING, limit=100).hits)


def test_batches_replace_and_remove_and_tell_how_far_they_come(shelf):
    index = shelf.build([document("n1", "vi", "Bài 1", "Đỏ.")], Applied(7, frozenset([9])))
    assert index.applied() == Applied(7, frozenset([9]))
    index.apply([lesson(1, "Xanh."), lesson(2)], before=index.applied(), after=Applied(10))
    index.refresh()
    assert groups(index) == ["n1", "n2"] and groups(index, "xanh") == ["n1"] and groups(index, "đỏ") == []
    index.apply([Replace("n1")], before=Applied(10), after=Applied(11, frozenset([13])))
    other = shelf.again(index)
    assert groups(other) == ["n2"] and other.applied() == Applied(11, frozenset([13]))
    assert (other.health().documents, other.health().position) == (1, 11)


def test_many_batches_leave_what_the_last_ones_said(shelf):
    chance, expected = random.Random(3), {}
    index = shelf.build([])
    for position in range(25):
        batch = []
        for number in chance.sample(range(12), 3):
            if number in expected and chance.random() < 0.3:
                del expected[number]
                batch.append(Replace(f"n{number}"))
            else:
                expected[number] = position
                batch.append(lesson(number, f"Viết ở lượt lan{position}x."))
        index.apply(batch, before=Applied(position), after=Applied(position + 1))
    index.refresh()
    assert groups(index) == sorted(f"n{number}" for number in expected)
    for number, position in expected.items():
        assert f"n{number}" in groups(index, f"lan{position}x")
    assert index.health().documents == len(expected)


def test_a_writer_that_looked_at_an_older_state_is_refused(shelf):
    index = shelf.build([])
    index.apply([lesson(1)], before=Applied(), after=Applied(5))
    with pytest.raises(WriterBusy):
        index.apply([lesson(2)], before=Applied(), after=Applied(6))
    index.refresh()
    assert groups(index) == ["n1"] and index.applied() == Applied(5)


def test_a_writer_whose_lease_is_older_is_refused(shelf):
    index = shelf.build([])
    index.apply([lesson(1)], before=Applied(), after=Applied(5), token=8)
    with pytest.raises(WriterBusy):
        index.apply([lesson(2)], before=Applied(5), after=Applied(6), token=7)
    index.apply([lesson(3)], before=Applied(5), after=Applied(6), token=8)
    index.refresh()
    assert groups(index) == ["n1", "n3"]


def test_readers_go_on_while_another_generation_is_built(shelf):
    index = shelf.build([document("old", "vi", "Bài cũ", "Chữ.")])
    reader, seen = shelf.again(index), []

    def documents():
        for number in range(3):
            reader.refresh()
            seen.append(groups(reader))
            index.apply([lesson(number)], before=Applied(number), after=Applied(number + 1))
            yield document(f"new{number}", "vi", f"Bài mới {number}", "Chữ.")

    generation = index.rebuild(documents(), Applied(3))
    assert seen == [["old"], ["n0", "old"], ["n0", "n1", "old"]]
    reader.refresh()
    assert groups(reader) == ["n0", "n1", "n2", "old"]
    index.activate(generation)
    reader.refresh()
    assert groups(reader) == ["new0", "new1", "new2"] and reader.applied() == Applied(3)
    assert reader.health().generation == generation == reader.search(parse("bài"), EVERYTHING).generation


def test_one_builds_at_a_time(shelf):
    index = shelf.build([])

    def documents():
        with pytest.raises(WriterBusy):
            shelf.again(index).rebuild((), Applied())
        yield document("a", "vi", "Bài", "Chữ.")

    index.activate(index.rebuild(documents(), Applied()))
    assert groups(index) == ["a"]


def test_without_an_index_everything_says_so(shelf):
    index = shelf.empty()
    assert index.health().degraded and index.health().reason
    for act in (
        lambda: index.search(parse("bài"), EVERYTHING),
        lambda: index.suggest("bài", EVERYTHING),
        lambda: index.similar("a:vi", EVERYTHING),
        lambda: index.explain(parse("bài"), EVERYTHING),
        lambda: index.applied(),
        lambda: index.apply([], before=Applied(), after=Applied(1)),
    ):
        with pytest.raises(IndexDamaged):
            act()
    index.activate(index.rebuild([document("a", "vi", "Bài", "Chữ.")], Applied()))
    assert groups(index) == ["a"] and not index.health().degraded


def test_an_index_made_by_other_rules_is_not_used(shelf, monkeypatch):
    index = shelf.build([document("a", "vi", "Bài", "Chữ.")])
    for name in ("VERSION", "LAYOUT"):
        with monkeypatch.context() as changed:
            changed.setattr(state, name, getattr(state, name) + 1)
            other = shelf.again(index)
            assert other.health().degraded
            with pytest.raises(IndexDamaged):
                other.search(parse("bài"), EVERYTHING)
            with pytest.raises(IndexDamaged):
                other.apply([], before=Applied(), after=Applied(1))
    index.refresh()
    assert groups(index) == ["a"]


def test_every_index_has_a_name_of_its_own(shelf):
    one, other = shelf.build([]), shelf.build([])
    assert one.key == shelf.again(one).key
    assert one.key.startswith(shelf.name) and (shelf.name in ("memory", "postgresql") or one.key != other.key)


def test_readers_learn_nothing_of_what_they_may_not_see(shelf):
    world = World(seed=77)
    assert world.disagreements(shelf.build(world.docs), 600) == []
