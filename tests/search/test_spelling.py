"""Keystrokes of input methods and slips of one letter."""

import pytest

from academy.search.query import parse
from academy.search.spelling import from_telex, from_vni, nearest, one_slip
from tests.search.conftest import EVERYTHING
from tests.search.corpus import document


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ddaof", "đào"), ("booj", "bộ"), ("cans", "cán"), ("dduwcs", "đức"), ("thij", "thị"), ("quanr", "quản"),
        ("nguwowif", "người"), ("nguoiwf", "người"), ("dduowngf", "đường"), ("quoocs", "quốc"), ("luaatj", "luật"),
        ("hoaf", "hòa"), ("quys", "quý"), ("daauf", "dầu"), ("tuw", "tư"), ("thuwf", "thừ"),
        ("xyz", None), ("train", None), ("ma", None), ("đi", None), ("b52", None),
    ],
)  # fmt: skip
def test_telex(typed, meant):
    assert from_telex(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ca1n", "cán"), ("bo65", "bộ"), ("d9ao5", "đạo"), ("d9u7c1", "đức"), ("nguo7i2", "người"), ("quo6c1", "quốc"),
        ("can1", "cán"), ("2025", None), ("ba0", None), ("abc", None), ("k57x", None),
    ],
)  # fmt: skip
def test_vni(typed, meant):
    assert from_vni(typed) == meant


def test_the_neighbours_decide_between_slips():
    counts = {"khau": 5, "khan": 50, "_mat_khau": 5}
    assert nearest("khaw", "mat", None, lambda term: counts.get(term, 0)) == "khau"
    assert nearest("khaw", None, None, lambda term: counts.get(term, 0)) == "khan"
    assert nearest("zzzz", None, None, lambda term: counts.get(term, 0)) is None


def test_slips_are_one_letter_or_one_exchange():
    assert {"bottleneck", "btotleneck"} <= {*one_slip("bottlenec"), *one_slip("bottleneck")}
    assert "password" in set(one_slip("pasword")) and "passwrod" in set(one_slip("password"))


def test_the_reader_is_told_how_the_query_was_read(make_index):
    index = make_index(
        [
            document("a", "vi", "Quản lý khủng hoảng", "Đạo đức công vụ."),
            document("b", "en", "Passwords", "A password."),
        ]
    )
    assert index.search(parse("ddaoj dduwcs"), EVERYTHING).corrected == "đạo đức"
    assert index.search(parse("pasword!"), EVERYTHING).corrected == "password!"
    assert index.search(parse("đạo đức"), EVERYTHING).corrected is None
    assert index.search(parse("hoàn toàn khác"), EVERYTHING).total == 0
