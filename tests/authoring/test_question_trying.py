"""Trying a question in the studio: its draws and what learners would see, with nothing stored."""

from __future__ import annotations

from academy.questions.queries import items_of_course
from tests.authoring.test_questions import add, new
from tests.questions.form_reader import Fields

FORM = {
    "text.vi": "Mỗi tháng {a} hồ sơ, {n} tháng?", "text.en": "{a} files a month, {n} months?",
    "parameters.0.name": "a", "parameters.0.min": "10", "parameters.0.max": "20",
    "parameters.1.name": "n", "parameters.1.values.lines": "3\n6,5\n12",
    "formula": "a * n", "decimals": "1", "tolerance": "0,5", "item.difficulty": "2", "item.use": "pool",
    "explanation.vi": "{a} × {n} = {answer}", "explanation.en": "{a} × {n} = {answer}",
}  # fmt: skip


def form_of(page: str):
    return Fields(page[page.index('<form class="form studio-form"') :]).values


def test_ten_draws_and_the_learners_view_stand_there_and_nothing_is_stored(desk):
    answer = desk.post(new("calculated"), FORM | {"act": "try", "item.lesson": desk.studio.lesson})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "not stored yet" in page
    draws = page[page.index("<tbody>") : page.index("</tbody>")]
    assert draws.count("<tr>") == 10
    assert "tháng?" in page[page.index("studio-seen") :] and "{a}" not in page[page.index("studio-seen") :]
    assert form_of(page)["parameters.1.values.lines"] == "3\n6.5\n12" and form_of(page)["tolerance"] == "0.5"
    assert items_of_course(desk.studio.course().id) == []


def test_faults_of_a_try_are_named_and_the_input_stays(desk):
    answer = desk.post(new("calculated"), FORM | {"formula": "a / (n - 3)", "act": "try"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "n = 3 there is no answer: division by zero" in page
    assert form_of(page)["formula"] == "a / (n - 3)" and 'id="f-formula-error"' in page
    answer = desk.post(new("calculated"), FORM | {"parameters.1.values.lines": "3\nsechs", "act": "try"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and form_of(page)["parameters.1.values.lines"] == "3\nsechs"
    assert "This is not a number" in page[page.index("Values, one per line") :]


def test_a_stored_question_can_be_tried_in_another_form(desk):
    key = add(desk, "truefalse")
    before = items_of_course(desk.studio.course().id)
    page = desk.post(f"/questions/{key}", {"text.vi": "Một câu KHÁC", "text.en": "ANOTHER", "answer": "true", "act": "try"})
    html = page.get_data(as_text=True)
    assert page.status_code == 200 and "not stored yet" in html and "KHÁC" in html[html.index("studio-seen") :]
    assert items_of_course(desk.studio.course().id) == before


def test_numbers_may_be_typed_with_a_comma(desk):
    form = {
        "text.vi": "?", "text.en": "?", "answers.0.answer": "97,4", "answers.0.tolerance": "0,05", "answers.1.answer": "9,74",
        "answers.1.weight": "12,5", "units.0.name": "km", "units.0.factor": "1", "unit_rule": "required", "unit_penalty": "0,1",
        "item.lesson": desk.studio.lesson, "item.difficulty": "2", "item.use": "pool",
    }  # fmt: skip
    assert desk.post(new("numeric"), form).status_code == 303
    (item,) = items_of_course(desk.studio.course().id)
    assert item.version.spec["answers"] == [
        {"answer": "97.4", "tolerance": "0.05"}, {"answer": "9.74", "tolerance": "0", "weight": "12.5"},
    ]  # fmt: skip
    assert (item.version.spec["unit"], item.version.spec["unit_penalty"]) == ("required", "0.1")


def test_one_unit_and_a_list_of_units_together_are_a_fault_that_loses_nothing(desk):
    form = {
        "text.vi": "?", "text.en": "?", "answer": "5", "unit": "dặm", "units.0.name": "km", "units.0.factor": "1", "unit_rule": "none",
        "item.lesson": desk.studio.lesson, "item.difficulty": "2", "item.use": "pool",
    }  # fmt: skip
    answer = desk.post(new("numeric"), form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'href="#f-unit"' in page
    assert form_of(page)["unit"] == "dặm" and form_of(page)["units.0.name"] == "km"
