"""Questions in lists, files and menus: without Markdown, with formulas that can be read, cut between words."""

from __future__ import annotations

import pytest

from academy.questions.plain_words import first_words, plain_words, shortened
from tests.questions.specs import both


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Giá 100 $ và 5 $", "Giá 100 $ và 5 $"),
        (r"$0{,}45$", "0,45"),
        (r"$\frac{1}{2}$, $\frac{a+b}{2x}$", "1/2, (a+b)/(2x)"),
        (r"$x^2 + x_{10}$, $10^{-3}$, $x^{ab}$", "x²+x₁₀, 10⁻³, x^(ab)"),
        (r"$\sqrt{2x}$, $\sqrt{2}$, $\sqrt[3]{8}$", "√(2x), √2, ³√8"),
        (r"$\sum_{i=1}^n i$, $\alpha \le \beta$", "∑_(i=1)ⁿi, α≤β"),
        ("**Đậm**, `mã`, [lối](http://a.vn) và 5 \\* 3\nhai", "Đậm, mã, lối và 5 * 3\nhai"),
        ("![Sơ đồ](media/a.png)\n\n- một\n- hai", "Sơ đồ\nmột\nhai"),
        ("| a | b |\n|---|---|\n| 1 | $2^2$ |", "a\nb\n1\n2²"),
        ("$$\nE = mc^2\n$$", "E=mc²"),
        (r"$\broken{$", r"\broken{"),
        ("", ""),
    ],
)  # fmt: skip
def test_markdown_as_it_is_read(written, read):
    assert plain_words(written) == read


def test_a_formula_is_never_cut_in_its_source():
    text = "từ " * 10 + r"$\frac{1}{2} + \frac{3}{4}$ nữa"
    assert shortened(text, 50) == "từ " * 10 + "1/2+3/4 nữa"
    assert shortened(text, 33) == ("từ " * 10).strip() + " …"


def test_the_first_line_of_any_kind_or_its_key():
    assert first_words({"text": both("Dòng **một**\nhai")}, "k", "vi") == "Dòng một"
    assert first_words({"brief": both("Tóm tắt")}, "k", "vi") == "Tóm tắt"
    assert first_words({"points": 3}, "k", "vi") == "k" and first_words({"text": both(" ")}, "k", "vi") == "k"
