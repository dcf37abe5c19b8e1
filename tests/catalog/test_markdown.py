"""Rendering: what a lesson's signs become, what cannot get through, and ids that hold."""

from __future__ import annotations

import re

import pytest

from academy.catalog.markdown import NoLinks, render_block, render_inline, render_lesson
from academy.catalog.rendering import DocumentReference, MediaReference

DECREE = DocumentReference("171/2025/NĐ-CP", "171-2025-nd-cp", {"vi": "Nghị định <x>", "en": "Decree"})
OLD = DocumentReference("101/2017/NĐ-CP", "101-2017-nd-cp", {"vi": "Cũ"}, "replaced")


class Links(NoLinks):
    def document(self, number):
        return {"171/2025/NĐ-CP": DECREE, "101/2017/NĐ-CP": OLD}.get(number)

    def media(self, path, lang):
        kinds = {"a.svg": "image/svg+xml", "a.mp3": "audio/mpeg", "a.pdf": "application/pdf"}
        return MediaReference(f"/courses/c/media/{path}", kinds[path], 360, 180) if path in kinds else None

    def lesson(self, target):
        return f"/courses/c/lessons/{target}" if target.startswith("02-") else None


def render(source: str, lang: str = "vi"):
    return render_lesson(source, lang=lang, links=Links())


def messages(source: str) -> list[str]:
    return [f"{fault.line}: {fault.message}" for fault in render(source).faults]


# --- block ids ---


def test_blocks_are_counted_below_their_heading():
    text = render("Mở đầu.\n\n## Một {#mot}\n\nA\n\n- b\n- c\n\n### Hai {#hai}\n\nD\n")
    assert [(block.id, block.kind) for block in text.blocks] == [
        ("intro-1", "paragraph"),
        ("mot", "heading"),
        ("mot-1", "paragraph"),
        ("mot-2", "list"),
        ("hai", "heading"),
        ("hai-1", "paragraph"),
    ]
    for block in text.blocks:
        assert f'id="{block.id}"' in text.html


def test_block_ids_are_the_same_in_every_language():
    vi = render("## Hiệu lực {#hieu-luc}\n\nMột đoạn.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", "vi")
    en = render("## Validity {#hieu-luc}\n\nOne paragraph.\n\n| c | d |\n|---|---|\n| 3 | 4 |\n", "en")
    assert [block.id for block in vi.blocks] == [block.id for block in en.blocks]


def test_a_counted_id_makes_way_for_one_that_an_author_chose():
    text = render("## Bước {#buoc}\n\nA\n\n## Bước một {#buoc-1}\n\nB\n")
    ids = [block.id for block in text.blocks]
    assert ids == ["buoc", "buoc-2", "buoc-1", "buoc-1-1"]
    assert not text.faults


def test_every_id_in_the_page_is_unique():
    source = "## A {#a}\n\n::: note\nx\n:::\n\nText[^1] và[^1].\n\n```\ncode\n```\n\n$$x$$\n\n[^1]: Nguồn.\n"
    ids = re.findall(r'id="([^"]+)"', render(source).html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "source", ["A\n\n## B {#intro}\n\nC\n", "A\n\nB\n\n## Intro 1\n\nC\n\n## X {#intro-1-1}\n"]
)
def test_no_heading_can_make_two_blocks_share_an_id(source):
    ids = [block.id for block in render(source).blocks]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("given", ["main", "glossary", "exercise-1", "fn-1"])
def test_ids_of_the_page_around_are_refused(given):
    text = render(f"## A {{#{given}}}\n\nB\n")
    assert [fault.message for fault in text.faults] == [f"The id “{given}” is used by the page itself"]
    assert text.headings[0].id != given


def test_headings_without_or_with_wrong_ids_get_one_and_are_reported():
    text = render("## Không có\n\n## Sai {#Sai_Id}\n\n## Trùng {#x}\n\n## Trùng {#x}\n")
    assert [heading.id for heading in text.headings] == ["khong-co", "sai-id", "x", "x-2"]
    assert [fault.line for fault in text.faults] == [1, 3, 7]
    assert text.faults[0].remedy.endswith("{#khong-co}")


# --- the lesson language ---


def test_exercises_part_the_page():
    text = render("A\n\n[[exercise:mot]]\n\nB\n\n[[exercise:hai]]\n")
    assert [kind for kind, _ in text.segments] == ["html", "exercise", "html", "exercise"]
    assert text.exercises == ("mot", "hai")
    assert text.exercise_lines == (3, 7)
    assert "mot" not in text.plain
    assert '<div class="exercise-place" id="exercise-mot"></div>' in text.html


@pytest.mark.parametrize(
    ("source", "line"),
    [("Câu [[exercise:x]] này\n", 1), ("A\n\n::: note\n[[exercise:x]]\n:::\n", 3), ("- [[exercise:x]]\n", 1)],
)
def test_an_exercise_inside_other_text_is_a_fault_and_not_shown(source, line):
    text = render(source)
    assert [fault.line for fault in text.faults] == [line]
    assert text.exercises == ()


def test_an_exercise_twice_is_a_fault_at_both_places():
    assert [fault.line for fault in render("[[exercise:x]]\n\n[[exercise:x]]\n").faults] == [1, 3]


def test_citation_links_to_the_register_with_title_place_and_validity():
    html = render("Theo [[171/2025/NĐ-CP#d5.k2]].").html
    assert 'href="/legal/171-2025-nd-cp#d5.k2"' in html
    assert 'title="Nghị định &lt;x&gt;. khoản 2 Điều 5. Còn hiệu lực"' in html
    assert ">171/2025/NĐ-CP</abbr>" in html
    english = render("Under [[171/2025/NĐ-CP#d5.k2]].", "en").html
    assert 'title="Decree. Article 5 clause 2. In force"' in english


def test_a_replaced_document_is_marked_in_words():
    html = render("Theo [[101/2017/NĐ-CP]].").html
    assert 'class="citation citation-replaced"' in html
    assert "(đã được thay thế)" in html


def test_citations_are_noted_with_block_and_line():
    text = render("## A {#a}\n\nx\ny [[171/2025/NĐ-CP]]\n\n- z [[101/2017/NĐ-CP#d1]]\n")
    assert [(c.number, c.article, c.block) for c in text.citations] == [
        ("171/2025/NĐ-CP", "", "a-1"),
        ("101/2017/NĐ-CP", "d1", "a-2"),
    ]


def test_unknown_document_and_unreadable_place_are_faults():
    assert messages("A\n\n[[999/2025/NĐ-CP]]") == ["3: The document “999/2025/NĐ-CP” is not in the register"]
    assert messages("[[171/2025/NĐ-CP#x9]]") == ["1: “#x9” names no place in a document"]


def test_double_brackets_that_are_a_link_stay_a_link():
    assert '<a href="https://example.org"' in render("[[1]](https://example.org)").html


def test_figure_has_size_caption_and_alternative_text():
    text = render('![Sơ đồ](a.svg "Chú thích")\n')
    assert (
        '<figure class="figure" id="intro-1"><img src="/courses/c/media/a.svg" alt="Sơ đồ" width="360" height="180"'
        in text.html
    )
    assert "<figcaption>Chú thích</figcaption>" in text.html
    assert text.blocks[0].kind == "figure"
    assert text.blocks[0].text == "Sơ đồ Chú thích"
    assert text.media == ("/courses/c/media/a.svg",)


def test_recordings_and_files():
    html = render("![Nghe](a.mp3)\n\n[Tải](a.pdf)\n").html
    assert '<audio controls="" preload="none" src="/courses/c/media/a.mp3" aria-label="Nghe">' in html
    assert '<a href="/courses/c/media/a.pdf" download="">' in html


@pytest.mark.parametrize("source", ["![x](none.svg)", "[x](none)", "[x](#none)", "![](a.svg)"])
def test_references_to_nothing_are_faults(source):
    assert len(render(f"A\n\n{source}\n").faults) == 1
    assert render(f"A\n\n{source}\n").faults[0].line == 3


def test_links_between_lessons_and_to_the_outside():
    html = render("[a](02-b#c) [d](https://example.org) [e](#intro-1)").html
    assert '<a href="/courses/c/lessons/02-b#c">' in html
    assert '<a href="https://example.org" rel="external noopener noreferrer">' in html


def test_boxes_have_a_kind_and_a_title():
    html = render("::: warning Cẩn thận\nNội dung\n:::\n\n::: case\nx\n:::\n").html
    assert (
        '<div class="admonition admonition-warning" role="note" id="intro-1" aria-labelledby="intro-1-title">'
        in html
    )
    assert '<p class="admonition-title" id="intro-1-title">Cẩn thận</p>' in html
    assert ">Tình huống</p>" in html
    assert messages("::: danger\nx\n:::\n") == ["1: There is no box of the kind “danger”"]


def test_tables_have_scopes_and_can_be_scrolled_by_keyboard():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |\n").html
    assert '<th scope="col">a</th>' in html
    assert '<td class="num">2</td>' in html
    assert 'tabindex="0" aria-label="Bảng 1"' in html
    assert "style=" not in html


def test_formulas_become_mathml():
    text = render("Tỷ lệ $\\frac{1}{2}$ và 5$ hay 10$.\n\n$$\na < b\n$$\n")
    assert "<mfrac>" in text.html
    assert 'display="block"' in text.html
    assert "5$ hay 10$" in text.html
    assert not text.faults
    assert messages("A\n\n$\\unbekannt$") == ["3: Mathematics: the command \\unbekannt is not known"]


def test_unreadable_formula_is_shown_as_written_and_reported():
    text = render("$x^2^3$")
    assert "<code>x^2^3</code>" in text.html
    assert len(text.faults) == 1


def test_footnotes_lead_there_and_back():
    html = render("A[^a] và[^a].\n\n[^a]: Nguồn.\n").html
    assert '<a href="#fn-1" id="fnref-1">1</a>' in html
    assert 'id="fnref-1-2"' in html
    assert 'role="doc-endnotes"' in html
    assert 'aria-label="Về chỗ ghi chú thích 1"' in html


def test_levels_of_headings():
    text = render("# Tiêu đề {#a}\n\n#### Sâu {#b}\n")
    assert [heading.level for heading in text.headings] == [2, 4]
    assert len(text.faults) == 2


def test_plain_text_and_words():
    text = render("## Một hai {#a}\n\nBa **bốn** `năm` [sáu](02-x)\n\n```\nbảy\n```\n")
    assert text.plain == "Một hai\nBa bốn năm sáu\nbảy"
    assert text.words == 7


# --- nothing gets through ---

ATTACKS = [
    "<script>alert(1)</script>",
    "a <img src=x onerror=alert(1)> b",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '[x](https://example.org "\\" onmouseover=\\"alert(1)")',
    "<a href='javascript:alert(1)'>x</a>",
    "`</code><script>alert(1)</script>`",
    '```x"><script>alert(1)</script>\ncode\n```',
    "$\\text{<script>alert(1)</script>}$",
    '$x"><script>alert(1)</script>$',
    "$\\href{javascript:alert(1)}{x}$",
    "::: note <script>alert(1)</script>\nx\n:::",
    "[[<script>alert(1)</script>]]",
    '[[171/2025/NĐ-CP#"><script>alert(1)</script>]]',
    '[[exercise:"><script>alert(1)</script>]]',
    '## x {#"><script>alert(1)</script>}',
    '![x](a.svg "<script>alert(1)</script>")',
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<svg onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>*{display:none}</style>",
    "x[^<script>]\n\n[^<script>]: <script>alert(1)</script>",
    '<https://example.org/"onmouseover=alert(1)>',
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_in_the_readers_browser(attack):
    for html in (render(attack).html, str(render_inline(attack)), str(render_block(attack))):
        assert not re.search(r"<(script|iframe|style|svg|object|embed|form|annotation-xml)", html, re.I)
        tags = re.findall(r"<[^>]*>", html)
        for tag in tags:
            outside_quotes = re.sub(r'"[^"]*"', '""', tag)
            assert not re.search(r"\bon\w+\s*=|\bstyle\s*=", outside_quotes, re.I), tag
            for target in re.findall(r'(?:href|src)="([^"]*)"', tag):
                assert re.match(r"https?://|/|#|mailto:|tel:", target), tag


def test_html_is_seen_as_text_and_reported():
    text = render("A\n\nĐây là <b>đậm</b>.\n")
    assert "&lt;b&gt;" in text.html
    assert [fault.line for fault in text.faults] == [3]
    assert not render("Dùng `<b>` trong mã.").faults


def test_inline_text_of_questions():
    assert str(render_inline("Tỷ lệ **đúng** là $x$")).startswith("Tỷ lệ <strong>đúng</strong> là <math")
    assert "<p>" not in render_inline("một dòng")
    assert str(render_block("Một\n\nHai")).count("<p>") == 2
