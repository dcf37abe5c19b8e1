"""Vietnamese text: tone placement, folding, dictionary order, names, slugs, cleaning."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.kernel.text import clean, fold, name_sort_key, nfc, place_tones, slug, sort_key, tokens

vietnamese = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyAĐƯ àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ\u0301\u0323-/",
    max_size=40,
)
anything = st.one_of(vietnamese, st.text(max_size=40))


@pytest.mark.parametrize(
    ("typed", "placed"),
    [
        ("hoà", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe"), ("qúy", "quý"), ("cuả", "của"), ("loè", "lòe"),
        ("uỷ ban", "ủy ban"), ("hoá", "hóa"), ("hoạ", "họa"), ("tuỳ", "tùy"), ("HOÀ GIẢI", "HÒA GIẢI"),
        ("quý", "quý"), ("quỳ", "quỳ"), ("quà", "quà"), ("qủa", "quả"), ("quốc", "quốc"), ("quyết", "quyết"),
        ("hoàn", "hoàn"), ("hòan", "hoàn"), ("tóan", "toán"), ("khỏan", "khoản"), ("hùynh", "huỳnh"),
        ("gìa", "già"), ("gì", "gì"), ("gíây", "giấy"), ("giừơng", "giường"), ("giếng", "giếng"),
        ("nguời", "nguời"), ("ngừơi", "người"), ("khủyu", "khuỷu"), ("ngòai", "ngoài"), ("múa", "múa"),
        ("mía", "mía"), ("thuở", "thuở"), ("Huế", "Huế"), ("lúa", "lúa"),
        ("où", "où"), ("café", "café"), ("Señor", "Señor"), ("naïve", "naïve"), ("Ðoàn", "Ðoàn"), ("x²", "x²"),
    ],
)  # fmt: skip
def test_one_place_for_every_tone(typed, placed):
    assert place_tones(typed) == placed
    assert place_tones(unicodedata.normalize("NFD", typed)) == placed


@given(anything)
def test_placing_tones_is_stable_and_never_changes_the_letters(text):
    placed = place_tones(text)
    assert place_tones(placed) == placed == nfc(placed)
    assert fold(placed) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đạo đức công vụ", "dao duc cong vu"), ("Ðô thị", "do thi"), ("ĐÔ THỊ", "do thi"), ("Straße", "strasse"),
        ("Bürger", "burger"), ("NĐ-CP", "nd-cp"), ("m²", "m2"), ("ﬁnal", "final"), ("İstanbul", "istanbul"),
    ],
)  # fmt: skip
def test_folding_drops_case_and_marks(text, folded):
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


def test_folding_covers_every_vietnamese_letter():
    letters = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ"
    assert len(letters) == 67
    assert (
        fold(letters)
        == fold(letters.upper())
        == "a" * 17 + "e" * 11 + "i" * 5 + "o" * 17 + "u" * 11 + "y" * 5 + "d"
    )


@given(anything)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


ICU_ORDER = [
    *"à á ă â ba Ba bà bả bã bá bạ ban bàn băn bằng bân bận ca cả cán cạn".split(), "cán bộ", "cán sự", *"cận cong".split(),
    "công", "công an", *"dân dẫn Dung Dũng đa đá Đan đàn đân Đức e é em ê ế êm giá hoa hòa hoán i ì ly lý".split(),
    *"mua mùa mưa nghe nghề".split(), "nguyen thi", "Nguyễn Thị An", "Nguyễn Thị Bích",
    *"o oan ô ôn ơ ớ ơn quản quân quận thu thủ thư thứ u uy ư ưu vũ xa xã Xã y ý za zoo".split(),
]  # fmt: skip


def shuffled(ordered):
    return random.Random(4).sample(ordered, len(ordered))


def test_sorts_like_the_vietnamese_collation_of_icu():
    assert sorted(shuffled(ICU_ORDER), key=sort_key) == ICU_ORDER


@pytest.mark.parametrize(
    "ordered",
    [
        ["Lớp 9", "Lớp 10", "Lớp 10a", "Lớp 100"],
        ["", "_", "1", "2", "007", "10", "a b", "a-b", "ab", "z", "Ω", "ລາວ", "北京"],
        ["o", "ö", "øz", "oza", "pz", "strasse", "Strasse", "straßen"],
        ["bài 01", "bài 2", "bài 03"],
    ],
)
def test_sorts_numbers_signs_and_other_scripts_sensibly(ordered):
    assert sorted(shuffled(ordered), key=sort_key) == ordered


@given(anything, anything)
def test_sort_keys_are_plain_and_agree_for_equal_texts(one, other):
    key = sort_key(one)
    assert key.isascii() and (key == key.lower()) and key.isalnum()
    assert sort_key(unicodedata.normalize("NFD", one)) == key
    if sort_key(other) == key:
        assert fold(one).split() == fold(other).split() or not (one.isprintable() and other.isprintable())


def test_people_are_ordered_by_given_name_then_family_name():
    ordered = [
        "Vũ Băng", "Nguyễn Thị Bích", "Vũ Bình", "Hồ Thị Dung", "Đỗ Văn Dũng", "Ngô Đan", "Bùi Văn Đức",
        "Lê An Hòa", "Lê Thị Hòa", "Lý Hòa", "Nguyễn Văn Hòa", "Y", "Trần Y",
    ]  # fmt: skip
    assert sorted(shuffled(ordered), key=name_sort_key) == ordered


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Đọc văn bản, đúng hiệu lực!", "doc-van-ban-dung-hieu-luc"),
        ("171/2025/NĐ-CP", "171-2025-nd-cp"),
        ("  ---  ", ""),
        ("Übung: Straße", "ubung-strasse"),
        ("ລາວ", ""),
    ],
)
def test_slugs(title, expected):
    assert slug(title) == expected


@given(anything, st.integers(1, 30))
def test_slugs_are_short_plain_and_stable(title, limit):
    short = slug(title, limit)
    assert len(short) <= limit and slug(short, limit) == short
    assert not short.startswith("-") and not short.endswith("-")


@given(anything)
def test_tokens_point_into_the_text(text):
    found = tokens(text)
    assert all(text[token.start : token.end] == token.word for token in found)
    assert [t.start for t in found] == sorted({t.start for t in found})


def test_a_decomposed_word_is_one_token():
    assert [t.word for t in tokens(unicodedata.normalize("NFD", "Đạo đức, 2025_x"))] == [
        *(unicodedata.normalize("NFD", w) for w in ("Đạo", "đức")), "2025", "x",
    ]  # fmt: skip


def test_cleaning_removes_what_nobody_sees():
    dirty = "  Nguyê\u0303n\u200b\xa0 Văn\u202e\tA\x00n\ufeff \r\n"
    assert clean(dirty) == "Nguyễn Văn An"
    assert clean("a\u200d\u0301") == "á"


def test_cleaning_keeps_lines_when_asked():
    assert clean("  if x:\r\n\ty  =  1 \n\n\n\nz\u2028w ", multiline=True) == "  if x:\n    y = 1\n\nz\nw"
    assert clean("one\ntwo") == "one two"


@given(anything, st.booleans())
def test_cleaning_twice_changes_nothing(text, multiline):
    once = clean(text, multiline)
    assert clean(once, multiline) == once
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in once if char != "\n")
