"""Passages: the right words are marked, in the original text, and everything is escaped."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from academy.kernel.text import fold, nfc
from academy.search.query import parse
from academy.search.schemas import marked_html
from tests.search.conftest import EVERYTHING
from tests.search.corpus import document


def show(pieces):
    return "".join(f"[{text}]" if is_hit else text for text, is_hit in pieces)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    from tests.search.conftest import build

    long = (
        "Câu mở đầu dài dòng không nói gì. " * 12
        + "Đạo đức công vụ là gốc. "
        + "Câu kết cũng dài như thế. " * 12
    )
    return build(
        tmp_path_factory.mktemp("shelf"),
        [
            document("hoa", "vi", "Hoà giải ở cơ sở", "Tổ hoà giải họp. Dữ liệu đủ.", "Không liên quan."),
            document("long", "vi", "Bài dài", "Đoạn một.", long),
            document(
                "html",
                "vi",
                'Thẻ <b>đậm</b> & dấu "nháy"',
                "Gõ <script>alert('mật khẩu')</script> & đừng sợ.",
            ),
            document(
                "de",
                "de",
                "Straßen",
                "Die Spielstraße liegt ruhig. Bürgerämter öffnen früh; das Bürgeramt hilft.",
            ),
            document("en", "en", "Training", "They trained twice; training helps trainees."),
            document("du", "vi", "Chữ", "Đủ thứ. Dữ liệu dự phòng."),
        ],
    )


def best(index, text):
    return index.search(parse(text), EVERYTHING, limit=5).hits[0]


@pytest.mark.parametrize(
    ("query", "title", "snippet"),
    [
        ("hòa giải", "[Hoà giải] ở cơ sở", "Tổ [hoà giải] họp. Dữ liệu đủ."),
        ("HOA GIAI", "[Hoà giải] ở cơ sở", "Tổ [hoà giải] họp. Dữ liệu đủ."),
        (unicodedata.normalize("NFD", "hoà giải"), "[Hoà giải] ở cơ sở", "Tổ [hoà giải] họp. Dữ liệu đủ."),
        ("du lieu du phong", "Chữ", "Đủ thứ. [Dữ liệu dự phòng]."),
        (
            "strasse",
            "[Straßen]",
            "Die [Spielstraße] liegt ruhig. Bürgerämter öffnen früh; das Bürgeramt hilft.",
        ),
        (
            "burgeramt",
            "Straßen",
            "Die Spielstraße liegt ruhig. [Bürgerämter] öffnen früh; das [Bürgeramt] hilft.",
        ),
        ("train", "[Training]", "They [trained] twice; [training] helps [trainees]."),
    ],
)
def test_words_are_marked_in_the_original_text(shelf, query, title, snippet):
    hit = best(shelf, query)
    assert show(hit.title) == title
    assert show(hit.snippet) == snippet


def test_a_long_block_is_cut_around_the_answer(shelf):
    hit = best(shelf, "đạo đức công vụ")
    assert hit.anchor == "b2"
    shown = show(hit.snippet)
    assert "[Đạo đức công vụ] là gốc." in shown
    assert len(shown) < 300
    assert shown.startswith("… ") and shown.endswith(" …")


def test_markup_in_lessons_and_queries_is_escaped(shelf):
    hit = best(shelf, '"mật khẩu"')
    assert marked_html(hit.snippet) == (
        "Gõ &lt;script&gt;alert(&#39;<mark>mật khẩu</mark>&#39;)&lt;/script&gt; &amp; đừng sợ."
    )
    assert "<b>" not in marked_html(hit.title)


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="<>&\"'/ amậtkhẩu=", max_size=60),
    st.text(alphabet="<>&\"' amậtkhẩu", min_size=1, max_size=12),
)
def test_only_our_own_marks_are_markup(text, looked_for):
    from academy.search.plan import Mark
    from academy.search.snippets import MarkedDocument

    marks = [Mark(word.lower(), fold(word)) for word in re.findall(r"\w+", nfc(looked_for))]
    marked = MarkedDocument(marks, "vi", nfc(text), [("a", nfc(text), False)])
    for pieces in (marked.title(), marked.best_passage()[1]):
        assert "".join(piece for piece, _is_hit in pieces) == nfc(text)
        html = str(marked_html(pieces))
        assert re.sub(r"</?mark>", "", html).count("<") == 0
