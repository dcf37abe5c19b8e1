"""HTML of other systems becomes Markdown that shows the same, and nothing that runs."""

from __future__ import annotations

import re

import pytest

from academy.catalog.markdown import render_block
from academy.questions.exchange.markup import escape_markdown, plain_text, to_html, to_markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>Một <b>hai</b> <em>ba</em></p>", "Một **hai** *ba*"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b", "a\nb"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n    1. c"),
        ("<h3>T</h3><div>x</div>", "T\n\nx"),
        ("<pre>a\n  *b*</pre>", "```\na\n  *b*\n```"),
        ("<table><tr><th>x</th><th>y</th></tr><tr><td>1|</td><td>2</td></tr></table>", "| x | y |\n| --- | --- |\n| 1\\| | 2 |"),
        (r"\(a^2\) và $$b$$", "$a^2$ và $b$"),
        (r"\[x\] $$ y $$.", "$x$ $y$."),
        ("từ $$5 đến $$7, hay $$9", "từ $$5 đến $$7, hay $$9"),
        ("<p><b>từ</b> $$5 đến $$7</p>", "**từ** \\$\\$5 đến \\$\\$7"),
        ("<p>2 &lt; 3 &amp;amp; x</p>", "2 < 3 \\&amp; x"),
        ("<span lang='vi' class='multilang'>chào</span><span lang='en' class='multilang'>hi</span>", "chào"),
        ("<a href='https://x.org/a'>x</a> <a href='javascript:alert(1)'>y</a>", "[x](<https://x.org/a>) y"),
        ("<script>alert(1)</script><style>p{}</style>x<iframe src='//x'>y</iframe>", "x"),
        ("<b></b> <i> x </i>", "*x*"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_becomes_markdown(html, markdown):
    assert to_markdown(html) == markdown


def test_the_other_language_of_a_text_in_several():
    text = (
        "<span lang='vi' class='multilang'>chào <b>bạn</b></span><span lang='en' class='multilang'>hi</span>"
    )
    assert to_markdown(text, lang="en") == "hi"


@pytest.mark.parametrize("text", ["2 * 3 * 4", "# x", "1. x", "- a", "$5 and $6$", "a_b_", "[x](y)", "<b>", "&lt;", "`x", "\\*", "_____", "a | b", "::: note", "x\n===", "~~a~~", "[[1]]"])  # fmt: skip
def test_plain_text_shows_as_it_is(text):
    markdown = escape_markdown(text)
    assert plain_text(markdown) == text and "<em>" not in render_block(markdown)
    assert "<script" not in render_block(escape_markdown(f"<script>{text}</script>"))


def test_markdown_goes_out_as_plain_html():
    html = to_html("Theo [[171/2025/NĐ-CP#d5]]: $a<b$ ![sơ đồ](/courses/c/media/x.png)")
    assert html == (
        '<p>Theo 171/2025/NĐ-CP: \\(a&lt;b\\) <img src="/courses/c/media/x.png" alt="sơ đồ" /></p>'
    )
    assert to_html("**a**", inline=True) == "<strong>a</strong>"


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize(
    "text", ["$$5 … $$7", r"\(x\)", r"\[x\] và $$y$$", r"a\\(b\)", r"a\\\(b\)", "$$", "$", "$$$", r"\(\(\)"]
)
def test_what_only_looks_like_a_formula_comes_back_as_words(text, marked):
    markdown = escape_markdown(text)
    for inline in (False, True):
        html = to_html(markdown, inline=inline, marked=marked)
        assert plain_text(to_markdown(html, marked=marked)) == text
    # no page finds a delimiter with an end in the same piece of text
    pieces = re.split(r"<[^>]*>", html)
    assert not any(re.search(r"\\\(.*\\\)|\\\[.*\\\]|\$\$.+\$\$", piece) for piece in pieces)


def test_where_a_format_has_no_delimiters_formulas_are_marked():
    html = to_html("$a^2$ và $b$", inline=True, marked=True)
    assert html == '<span class="math-tex">\\(a^2\\)</span> và <span class="math-tex">\\(b\\)</span>'
    assert to_markdown(html, marked=True) == "$a^2$ và $b$"
    assert plain_text(to_markdown(r"giá \(x\) từ $$5$$", marked=True)) == r"giá \(x\) từ $$5$$"


@pytest.mark.parametrize("delimiter", ["\\(", "\\[", "$$ "])
def test_a_hundred_thousand_beginnings_without_an_end_are_read_in_one_pass(delimiter):
    # searching the rest of the text for each would take minutes
    assert to_markdown(f"<p>{delimiter * 100_000}x</p>").endswith("x")
    assert "$y$" in to_markdown(f"<p>{delimiter} \\(y\\)</p>").replace("$ y $", "$y$")
