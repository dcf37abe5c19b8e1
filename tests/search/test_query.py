"""The query language: what is understood, and that everything else is text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.search.query import MAX_TERMS, Number, Phrase, Prefix, Query, Word, parse


def shape(text):
    """The clauses in short: words as they are, phrases in brackets."""

    def short(clause):
        where = "title:" if clause.title else ""
        match clause:
            case Word():
                return where + clause.exact
            case Number():
                return where + "#" + clause.number
            case Prefix():
                return where + clause.exact + "*"
            case Phrase():
                return f"{where}[{' '.join(word.exact for word in clause.words)}]"

    query = parse(text)
    alternatives = " | ".join(" ".join(map(short, clauses)) for clauses in query.alternatives)
    excluded = "".join(f" -{short(clause)}" for clause in query.excluded)
    return alternatives + excluded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Quản lý Đô thị", "quản lý đô thị"),
        ('"đạo đức công vụ" -tham -"nhũng nhiễu"', "[đạo đức công vụ] -tham -[nhũng nhiễu]"),
        ('title:văn title:"quản lý"', "title:văn title:[quản lý]"),
        ("171/2025/NĐ-CP", "#171/2025/nd-cp"),
        ("(04–NQ/TU)", "#04-nq/tu"),
        ("171/2025, 6372/qđ-ubnd.", "#171/2025 #6372/qd-ubnd"),
        ("khủng ho*", "khủng ho*"),
        ("a* *b c*d ** *", "a b c d"),
        ("hòa OR giải", "hòa | giải"),
        ("quản lý OR đô thị OR", "quản lý | đô thị"),
        ("OR OR", ""),
        ("hoà giải", "hòa giải"),
        ("cán-bộ", "cán bộ"),
        ("foo:bar", "foo bar"),
        ("lang:", "lang"),
        ('"', ""),
        ('"chưa đóng', "chưa đóng"),
        ("-", ""),
        ("- a", "a"),
        ("24-7 1/2 và/hoặc", "24 7 1 2 và hoặc"),
        ("\u202emật\u200b khẩu\x00", "mật khẩu"),
        ("title:* -title:mật", "title -title:mật"),
    ],
)
def test_queries_are_read(text, expected):
    assert shape(text) == expected


def test_filters_are_read():
    query = parse("lang:VI course:doc-van-kien module:smart_city lang:en dữ liệu")
    assert (query.langs, query.courses, query.modules) == ({"vi", "en"}, {"doc-van-kien"}, {"smart_city"})
    assert shape("lang:vi dữ liệu") == "dữ liệu"
    assert parse("lang:vi").is_empty
    assert parse("tag:smart-city tag:databases dữ liệu").tags == {"smart-city", "databases"}
    assert shape("tag:đô thị") == "tag đô thị"


def test_narrowing_never_widens():
    query = parse("x lang:vi")
    assert query.narrowed(lang="vi").langs == {"vi"}
    assert not query.narrowed(lang="en").langs & {"vi", "en"}
    assert parse("x").narrowed(course="a", module=None).courses == {"a"}


def test_words_know_their_neighbours():
    words = parse('quản lý, đô thị "x" y').alternatives[0]
    assert [getattr(word, "joined", None) for word in words] == [False, True, True, True, None, False]


@given(st.text(max_size=400))
def test_nothing_is_an_error_and_nothing_is_long(text):
    query = parse(text)
    assert isinstance(query, Query)
    assert len(query.text) <= 256
    clauses = [*(clause for clauses in query.alternatives for clause in clauses), *query.excluded]
    terms = sum(len(clause.words) if isinstance(clause, Phrase) else 1 for clause in clauses)
    assert terms <= MAX_TERMS
    assert query.is_empty == (not query.alternatives)


@given(st.text(alphabet='aăđ "-*:()ORtile/0123', max_size=60))
def test_syntax_characters_are_harmless(text):
    assert all(parse(text).alternatives) or parse(text).is_empty
