"""Nobody finds, counts, is suggested or corrected to what he may not see."""

import random

import pytest

from academy.search.backend import PUBLIC, Scope
from academy.search.query import parse
from tests.search.conftest import EVERYTHING
from tests.search.corpus import document, real_documents

LABELS = [PUBLIC, *(f"course:{number}" for number in range(6))]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """Real lessons under random labels, each with a word of its own that gives it away."""
    from tests.search.conftest import build

    chance = random.Random(5)
    documents = []
    for number, real in enumerate(real_documents()):
        labels = tuple(chance.sample(LABELS, chance.choice([1, 1, 1, 2])))
        documents.append(
            document(
                f"g{number}", real.lang, real.title, *(passage.text for passage in real.passages), f"Secret{'xyz'[number % 3]}{number}word.",
                labels=labels, course=f"c{number % 5}", module=f"m{number % 3}",
            )
        )  # fmt: skip
    return build(tmp_path_factory.mktemp("guarded"), documents), documents


def queries(documents, count, chance):
    words = [word for doc in documents for word in doc.title.split()]
    for _ in range(count):
        picked = chance.sample(words, chance.randint(1, 4))
        text = " ".join(picked)
        yield chance.choice(
            [
                text,
                text.lower(),
                f'"{picked[0]}"',
                f"{picked[0]} -{picked[-1]}",
                f"{picked[0][:3]}*",
                text[:-1],
            ]
        )


def told(page):
    """What a page says beside its results."""
    return page.total, page.corrected, page.did_you_mean, tuple(page.missing)


def test_random_scopes_see_what_an_index_of_their_own_would_hold(guarded, tmp_path):
    from tests.search.conftest import build

    index, documents = guarded
    chance = random.Random(9)
    for number in range(5):
        scope = Scope(frozenset(chance.sample(LABELS, chance.randint(0, 4))))
        allowed = {doc.ref: doc for doc in documents if scope.labels & set(doc.labels)}
        own = build(tmp_path / str(number), allowed.values())
        for text in queries(documents, 25, chance):
            page = index.search(parse(text), scope, limit=1000)
            alone = own.search(parse(text), EVERYTHING, limit=1000)
            assert {hit.ref for hit in page.hits} == {hit.ref for hit in alone.hits}, text
            assert told(page) == told(alone), text
            assert {name: dict(counts) for name, counts in page.facets.items()} == {
                name: dict(counts) for name, counts in alone.facets.items()
            }, text
            typed = text.strip('"*-')
            assert {s.title for s in index.suggest(typed, scope, limit=20)} <= {
                doc.title for doc in allowed.values()
            }


def test_random_questions_leak_nothing(guarded):
    index, documents = guarded
    chance = random.Random(13)
    labels = {doc.ref: set(doc.labels) for doc in documents}
    texts = list(queries(documents, 400, chance))
    leaks = 0
    for number in range(600):
        scope = Scope(frozenset(chance.sample(LABELS, chance.randint(0, 3))))
        page = index.search(parse(texts[number % len(texts)]), scope, limit=5)
        leaks += sum(1 for hit in page.hits if not labels[hit.ref] & scope.labels)
        visible = sum(1 for held in labels.values() if held & scope.labels)
        assert page.total <= visible
        assert all(sum(counts.values()) <= visible for counts in page.facets.values())
    assert leaks == 0


def test_an_invisible_word_corrects_no_query(guarded):
    index, documents = guarded
    hidden = next(doc for doc in documents if PUBLIC not in doc.labels)
    secret = hidden.passages[-1].text.rstrip(".")
    slip = secret[:-1] + "k" if secret[-1] != "k" else secret + "x"
    for text in (secret, slip, secret[:8] + "*"):
        seen = index.search(parse(text), Scope(frozenset([PUBLIC])))
        assert hidden.ref not in {hit.ref for hit in seen.hits}
        assert seen.corrected is None
    assert index.search(parse(secret), Scope(frozenset(hidden.labels))).total == 1


def test_words_of_others_take_no_place_among_the_beginnings(make_index):
    words = [f"Tabak{first}{second}" for first in "abcdefgh" for second in "abcdefghijklmnop"]
    hidden = [
        document(f"h{number}", "vi", word, "Riêng.", labels=("course:a",))
        for number, word in enumerate(words * 2)
    ]
    open_to_all = document("o", "vi", "Tabakzzz", "Chung.", labels=(PUBLIC,))
    index = make_index([*hidden, open_to_all])
    anybody = Scope(frozenset([PUBLIC]))
    assert [hit.ref for hit in index.search(parse("tabak*"), anybody).hits] == [open_to_all.ref]
    assert [found.title for found in index.suggest("tabak", anybody)] == ["Tabakzzz"]


def test_an_empty_scope_sees_nothing(guarded):
    index, _documents = guarded
    page = index.search(parse("dữ liệu"), Scope(frozenset()))
    assert (page.total, list(page.hits), {k: dict(v) for k, v in page.facets.items()}) == (
        0, [], {"module": {}, "course": {}, "lang": {}, "tag": {}},
    )  # fmt: skip
    assert index.suggest("dữ", Scope(frozenset())) == []
