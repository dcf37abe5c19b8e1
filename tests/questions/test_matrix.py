"""Tables to mark: what each rule gives, and what is refused."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from marshmallow import ValidationError

from academy.kernel.errors import Invalid
from academy.questions.options import AUTHORS_ORDER
from academy.questions.types.matrix import Matrix
from tests.questions.specs import MATRIX, both

KIND = Matrix()
pytestmark = pytest.mark.usefixtures("app")


def load(**changes) -> dict:
    return KIND.spec_schema().load(copy.deepcopy(MATRIX) | changes)


def ids(spec: dict) -> tuple[dict[str, str], dict[str, str]]:
    view = KIND.present(spec, 1, "vi")
    return {one["text"]: one["id"] for one in view["rows"]}, {
        one["text"]: one["id"] for one in view["columns"]
    }


def score(spec: dict, marked: dict[str, list[str]]) -> Decimal:
    rows, columns = ids(spec)
    answer = {rows[row]: [columns[one] for one in chosen] for row, chosen in marked.items()}
    return KIND.grade(spec, KIND.check_answer(spec, answer), 1).score


def test_each_row_earns_its_share_and_wrong_ones_cost_only_where_the_rule_says():
    marked = {"Luật": ["Quốc hội"], "Nghị định": ["Quốc hội"]}
    assert score(load(), marked) == Decimal("0.3333")
    assert score(load(credit="all_or_nothing"), marked) == 0
    assert score(load(credit="right_minus_wrong"), marked) == 0
    assert score(load(credit="right_minus_wrong"), {"Luật": ["Quốc hội"]}) == Decimal("0.3333")


def test_where_several_may_be_marked_a_row_is_right_as_a_whole_and_cells_count_under_right_minus_wrong():
    rows = copy.deepcopy(MATRIX["rows"])
    rows[0]["correct"] = ["qh", "cp"]
    spec = load(mode="several", rows=rows)
    half = {"Luật": ["Quốc hội"], "Nghị định": ["Chính phủ"]}
    assert score(spec, half) == Decimal("0.3333")
    # two of four right cells, none of two wrong ones; then one of two wrong ones as well
    cells = load(mode="several", rows=rows, credit="right_minus_wrong")
    assert score(cells, half) == Decimal("0.5")
    assert score(cells, half | {"Nghị định": ["Chính phủ", "Quốc hội"]}) == 0
    everything = dict.fromkeys(("Luật", "Nghị định", "Nghị quyết của Chính phủ"), ["Quốc hội", "Chính phủ"])
    assert score(cells, everything) == 0


def test_columns_keep_their_order_and_rows_are_mixed_unless_the_author_wants_his():
    spec = load()
    for seed in range(1, 20):
        assert [one["text"] for one in KIND.present(spec, seed, "vi")["columns"]] == ["Quốc hội", "Chính phủ"]
    assert [one["text"] for one in KIND.present(spec, AUTHORS_ORDER, "vi")["rows"]][0] == "Luật"


def test_two_marks_in_a_row_of_one_are_refused():
    spec = load()
    rows, columns = ids(spec)
    for wrong in (
        {rows["Luật"]: list(columns.values())},
        {rows["Luật"]: []},
        {"x": [columns["Quốc hội"]]},
        {rows["Luật"]: ["x"]},
    ):
        with pytest.raises(Invalid):
            KIND.check_answer(spec, wrong)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"rows": [MATRIX["rows"][0] | {"correct": ["qh", "cp"]}, MATRIX["rows"][1]]}, "exactly one"),
        ({"rows": [MATRIX["rows"][0] | {"correct": ["nobody"]}, MATRIX["rows"][1]]}, "Name columns"),
        ({"rows": [MATRIX["rows"][0] | {"correct": []}, MATRIX["rows"][1]]}, "Mark what is right"),
        ({"columns": MATRIX["columns"][:1]}, "columns"),
        ({"rows": [MATRIX["rows"][0], MATRIX["rows"][1] | {"text": both("Luật")}]}, "read the same"),
    ],
)
def test_tables_that_cannot_be_marked_are_refused(changes, where):
    with pytest.raises(ValidationError) as refusal:
        load(**changes)
    assert where in str(refusal.value.messages)


def test_on_paper_it_is_a_table_and_the_key_is_for_the_marker_alone():
    sheet = KIND.print(load(), AUTHORS_ORDER, "vi")
    assert sheet.columns == ("Quốc hội", "Chính phủ") and sheet.rows[0] == "Luật"
    assert sheet.key[0] == "Luật: Quốc hội"
