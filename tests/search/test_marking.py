"""Where marked words stand, against reading the text word by word."""

import random
import re
import unicodedata

import pytest

from academy.kernel.text import fold, nfc
from academy.search.analysis import normal
from academy.search.marking import FoldedText
from academy.search.plan import Mark

WORDS = "cán bộ can bo Cán Bộ đô thị thi Đô quả lý Straße strasse Bürger burgers naïve Жизнь 171 x_y ß hòa hoà".split()
SIGNS = (" ", ", ", "-", "\n", "/", "“", "” ", "…", " 😀 ", "(", ") ", "'", "’")


def by_reading(text: str, mark: Mark, with_marks: bool) -> list[tuple[int, int]]:
    """Words that are the mark, or begin with it and have at most ``rest`` letters more."""
    found = []
    for word in re.finditer(r"\w+", text):
        whole = word.group()
        for end in range(1, len(whole) + 1):
            begun = whole[:end]
            if fold(begun) != mark.folded or len(whole) - end > mark.rest:
                continue
            if not with_marks or normal(begun)[0] == mark.exact or len(begun) != len(mark.folded):
                found.append(word.span())
                break
    return found


@pytest.mark.parametrize("seed", range(4))
def test_words_are_found_where_reading_finds_them(seed):
    chance = random.Random(seed)
    for _ in range(150):
        text = nfc("".join(chance.choice(WORDS) + chance.choice(SIGNS) for _ in range(chance.randint(0, 25))))
        exact, folded = normal(chance.choice(WORDS))
        if not folded.isascii():
            continue
        mark = Mark(exact, folded, rest=chance.choice((0, 0, 4)))
        for with_marks in (False, True):
            found = FoldedText(text).places(mark, with_marks=with_marks, inside=False)
            assert found == by_reading(text, mark, with_marks), (text, mark, with_marks)


def test_letters_keep_their_places():
    text = "😀 Đường “phố” \U0001d4d0 ẞ ﬁ Phố…"
    assert [
        text[slice(*place)]
        for place in FoldedText(text).places(Mark("phố", "pho"), with_marks=True, inside=False)
    ] == [
        "phố",
        "Phố",
    ]


def test_compounds_are_found_as_a_whole():
    text = "Die Bürgerdienste und das Großbürgertum."
    found = FoldedText(text).places(Mark("burger", "burger", rest=4), with_marks=False, inside=True)
    assert [text[slice(*place)] for place in found] == ["Bürgerdienste", "Großbürgertum"]


def test_tones_count_on_either_vowel():
    text = nfc("hoà giải, hòa giải, hoa")
    found = FoldedText(text).places(Mark("hòa", "hoa"), with_marks=True, inside=False)
    assert [text[slice(*place)] for place in found] == [unicodedata.normalize("NFC", "hoà"), "hòa"]
