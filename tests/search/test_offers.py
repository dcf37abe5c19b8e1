"""What is offered beside results: the query as it is written, one that finds more, one that asks for less."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from academy.kernel import jobs
from academy.search.backend import Scope
from academy.search.engine import engine
from academy.search.landing import marking_fragment
from academy.search.plan import MAX_SLIPS, Planner
from academy.search.queries import search
from academy.search.query import parse
from academy.search.view import View
from tests.search.conftest import EVERYTHING, build
from tests.search.corpus import document
from tests.search.test_indexing import ANYBODY, write_course


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    often = [
        document(f"k{n}", "vi", f"Bài {n}", "Quản lý khủng hoảng ở phường.", "Mật khẩu.") for n in range(9)
    ]
    odd = document("odd", "vi", "Chuyện lạ", "Cái khung hoang bỏ lâu ngày. Mất khâu cuối.")
    secret = document("secret", "vi", "Kín", "Khung hoen gỉ.", labels=("course:x",))
    english = [document(f"e{n}", "en", f"Passwords {n}", "A password is long.") for n in range(6)]
    slip = document("slip", "en", "A list", "The pasword column is misspelt.")
    return build(tmp_path_factory.mktemp("shelf"), [*often, odd, secret, *english, slip])


def asked(index, text, scope=EVERYTHING):
    return index.search(parse(text), scope)


def test_the_query_as_read_is_written_as_in_the_texts(shelf):
    assert asked(shelf, "khunf hoang").corrected == "khủng hoang"
    assert asked(shelf, "quan ly khungg hoang").corrected == "quan ly khủng hoang"
    assert asked(shelf, "Passwrod!").corrected == "password!"


def test_a_known_slip_is_not_replaced_but_a_better_query_is_offered(shelf):
    page = asked(shelf, "pasword")
    assert (page.total, page.corrected, page.did_you_mean) == (1, None, "password")
    assert asked(shelf, "password").did_you_mean is None
    assert asked(shelf, '"pasword"').did_you_mean is None


def test_nothing_is_offered_that_the_reader_may_not_see(shelf):
    public = Scope(frozenset(["public"]))
    assert "hoen" not in str(asked(shelf, "khung hoem", public).did_you_mean)
    assert asked(shelf, "gix", public).corrected is None
    assert asked(shelf, "gỉx", Scope(frozenset())).did_you_mean is None


def test_words_that_nothing_has_are_named(shelf):
    assert asked(shelf, "khủng hoảng xylophon").missing == ("xylophon",)
    assert asked(shelf, "khủng hoảng").missing == ()
    assert asked(shelf, "khunf hoang").missing == ()
    assert asked(shelf, "hoen gỉ", Scope(frozenset(["public"]))).missing == ("hoen", "gỉ")


def test_a_search_without_results_tells_which_word_to_leave_out(author):
    write_course(author, "Văn thư", ("Đóng dấu", "Đóng dấu giáp lai."), ("Ký số", "Ký số văn bản."))
    jobs.run_all()
    engine().refresh()
    results = search(ANYBODY, "title:ký giáp")
    assert results.total == 0
    assert [(one.word, one.text, one.total) for one in results.looser] == [
        ("title:ký", "giáp", 1),
        ("giáp", "title:ký", 1),
    ]
    for one in results.looser:
        assert search(ANYBODY, one.text).total == one.total
    narrowed = search(ANYBODY, "giáp lai", lang="de")
    assert [(one.dropped, one.total) for one in narrowed.looser] == [("lang", 1)]
    assert search(ANYBODY, "giáp lai").looser == ()
    assert search(ANYBODY, "xylophon").looser == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", []),
        ("đạo đức", [("đạo", "đức"), ("đức", "đạo")]),
        ('title:x "y z" 171/2025', [("title:x", '"y z" 171/2025'), ('"y z"', "title:x 171/2025"), ("171/2025", 'title:x "y z"')]),
        ("khủng ho* -x", [("khủng", "ho* -x"), ("ho*", "khủng -x")]),
        ("a OR b", []),
    ],
)  # fmt: skip
def test_looser_queries_are_written_as_one_would_type_them(text, expected):
    assert [(word, query.text) for word, query in parse(text).looser()] == expected


# --- bounded work -----------------------------------------------------------------------------------

TYPED = st.one_of(
    st.text(max_size=300),
    st.text(alphabet='aăđt "-*:()ORtileg/0123\n', max_size=120),
    st.lists(
        st.sampled_from(["mật", "khẩu", "lang:vi", "tag:x", "-", "OR", '"', "title:", "khunf", "passwrod", "ddaof", "a*", "171/2025/NĐ-CP", "x" * 300]),
        max_size=40,
    ).map(" ".join),
)  # fmt: skip


@settings(max_examples=150)
@given(TYPED)
def test_no_text_raises_and_none_reads_more_than_its_share_of_lists(shelf, text):
    read = 0
    original = View.postings

    def counted(self, field, term):
        nonlocal read
        read += 1
        return original(self, field, term)

    View.postings = counted
    try:
        page = asked(shelf, text)
        shelf.suggest(text, EVERYTHING)
    finally:
        View.postings = original
    assert page.total >= len(page.hits)
    # words looked up singly, and for at most so many every slip of one letter, once to read and once to offer
    assert read <= 12_000


def test_only_some_words_are_read_by_trying_every_slip(shelf, monkeypatch):
    from academy.search import plan

    tried = []
    monkeypatch.setattr(plan, "nearest", lambda word, *rest, **named: tried.append(word) or "password")
    asked(shelf, " ".join(f"passwor{letter}z" for letter in "abefghijk"))
    assert len(tried) == MAX_SLIPS
    assert isinstance(Planner, type)
    tried.clear()
    asked(shelf, "q" * 30)
    assert tried == []


# --- landing at the passage -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("anchor", "snippet", "expected"),
    [
        ("b1", [], "#b1"),
        ("", [], ""),
        ("b1", [("mật khẩu", True)], "#b1:~:text=m%E1%BA%ADt%20kh%E1%BA%A9u"),
        ("b1", [("Đặt một ", False), ("key-word", True), (" dài.", False)], "#b1:~:text=%C4%90%E1%BA%B7t%20m%E1%BB%99t-,key%2Dword,-d%C3%A0i."),
        ("b1", [("… ", False), ("a&b,c", True), (" …", False)], "#b1:~:text=a%26b%2Cc"),
        ("b1", [("x ", False), ("long one", True), (" y ", False), ("one", True), (" z ", False), ("One", True)], "#b1:~:text=x-,long%20one,-y&text=y-,one,-z"),
        ("h", [("Tiêu đề", True), (" · ", False), ("chữ", True)], "#h:~:text=Ti%C3%AAu%20%C4%91%E1%BB%81&text=ch%E1%BB%AF"),
        ("b1", [("x" * 81, True)], "#b1"),
    ],
)  # fmt: skip
def test_the_address_names_the_words_for_the_browser(anchor, snippet, expected):
    assert marking_fragment(anchor, snippet) == expected
