"""Quizzes in the studio: rules by a form, what the pool can fill, what the course asks for."""

from __future__ import annotations

import pytest

from academy.authoring import services as authoring
from academy.authoring.queries import get_studio_course
from academy.kernel.authorization import Role
from academy.quizzes.queries import find_quiz, quizzes_of_course
from academy.quizzes.services import write_quiz
from tests.factories import create_actor, create_unit, sign_in
from tests.questions.form_reader import Fields

FORM = {
    "title.vi": "Cuối khóa", "title.en": "Final", "minutes": "30", "attempts": "2", "pass_mark": "6,5",
    "shuffle": ["items"], "draw.0.count": "2", "draw.0.lesson": "bai-mot", "draw.1.count": "", "needed": "1",
    "review.after_submit": ["score"], "review.after_close": ["score", "answers"], "window.closes": "2027-01-15T17:00",
}  # fmt: skip


class Written:
    """A course with three questions in the pool, and its author's browser."""

    def __init__(self, client) -> None:
        self.client = client
        self.author = create_actor(Role.INSTRUCTOR, unit=create_unit())
        self.slug = authoring.create_course(self.author, title="Văn bản")
        self.lesson = authoring.add_lesson(self.author, self.slug, title="Bài một")
        place = authoring.QuestionPlace(lesson=self.lesson)
        for number in range(3):
            spec = {"text": {"vi": f"Câu {number}", "en": f"Item {number}"}, "answer": True}
            authoring.add_question(self.author, self.slug, "truefalse", spec, place)
        self.token = sign_in(client, self.author)

    def url(self, rest: str) -> str:
        return f"/studio/courses/{self.slug}/{rest}"

    def post(self, rest: str, **data):
        return self.client.post(self.url(rest), data={"csrf_token": self.token, **data})

    @property
    def draft(self):
        return get_studio_course(self.author, self.slug)


@pytest.fixture
def written(app, client) -> Written:
    return Written(client)


def test_a_quiz_by_the_form(written):
    assert written.post("new-quiz", **FORM).status_code == 303
    (quiz,) = quizzes_of_course(written.draft.id)
    rules = quiz.rules
    assert (quiz.slug, rules.minutes, rules.attempts, str(rules.pass_mark)) == ("cuoi-khoa", 30, 2, "6.5")
    assert (rules.shuffle_items, rules.shuffle_options, rules.items) == (True, False, 2)
    assert rules.closes.isoformat() == "2027-01-15T10:00:00+00:00"
    assert written.draft.description["quizzes"] == ["cuoi-khoa"]
    assert written.draft.description["completion"]["quiz"] == "cuoi-khoa"


def test_what_the_form_shows_sent_back_changes_nothing(written):
    written.post("new-quiz", **FORM)
    page = written.client.get(written.url("quizzes/cuoi-khoa")).get_data(as_text=True)
    form = Fields(page[page.index('<form class="form studio-form"') :]).values.to_dict(flat=False)
    assert written.post("quizzes/cuoi-khoa", **form).status_code == 303
    assert find_quiz(written.draft.id, "cuoi-khoa").number == 1


def test_more_than_the_pool_holds_is_refused_with_both_numbers(written):
    answer = written.post("new-quiz", **FORM | {"draw.0.count": "4"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "draws 4 questions, the pool has 3" in page
    assert 'value="Cuối khóa"' in page and quizzes_of_course(written.draft.id) == []
    # two lines compete for the same questions
    rows = {"draw.0.count": "2", "draw.1.count": "2", "draw.1.lesson": "bai-mot"}
    assert written.post("new-quiz", **FORM | rows).status_code == 422


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("title.vi", "", "title.vi"),
        ("minutes", "soon", "minutes"),
        ("minutes", "99999", "minutes"),
        ("pass_mark", "11", "pass_mark"),
        ("draw.0.weight", "0", "draw.0.weight"),
        ("draw.0.count", "", "draw"),
        ("review.after_submit", "everything", "review.after_submit.0"),
        ("window.closes", "tomorrow", "window.closes"),
    ],
)
def test_faults_are_named_and_nothing_is_stored(written, field, value, place):
    answer = written.post("new-quiz", **FORM | {field: value})
    assert answer.status_code == 422 and f"#f-{place}" in answer.get_data(as_text=True)
    assert quizzes_of_course(written.draft.id) == []


@pytest.mark.parametrize(
    "name", ["title", "title.0", "title.vi.x", "window", "window.opens.x", "window.0", f"draw.{'9' * 5000}.count", "draw.x.count", "draw.0.count.x"]
)
def test_invented_fields_are_no_fault_of_the_server(written, name):
    for act in ("count", ""):
        assert written.post("new-quiz", **{name: "1", "act": act}).status_code in (200, 422)
    assert written.post("new-quiz", **FORM | {name: "1"}).status_code == 303


def test_a_deduction_is_set_by_the_form_and_comes_back(written):
    written.post("new-quiz", **FORM | {"draw.0.penalty": "0,25"})
    quiz = find_quiz(written.draft.id, "cuoi-khoa")
    assert [str(rule.penalty) for rule in quiz.rules.draw] == ["0.25"]
    page = written.client.get(written.url("quizzes/cuoi-khoa")).get_data(as_text=True)
    form = Fields(page[page.index('<form class="form studio-form"') :]).values.to_dict(flat=False)
    assert form["draw.0.penalty"] == ["0.25"]
    written.client.post(written.url("quizzes/cuoi-khoa"), data={**form, "csrf_token": written.token})
    assert find_quiz(written.draft.id, "cuoi-khoa").number == 1
    refused = written.post("quizzes/cuoi-khoa", **FORM | {"draw.0.penalty": "2"})
    assert refused.status_code == 422 and "#f-draw.0.penalty" in refused.get_data(as_text=True)


def test_lines_that_may_draw_what_lessons_show_say_so(written):
    written.post("new-quiz", **FORM | {"draw.0.shown": "1"})
    assert find_quiz(written.draft.id, "cuoi-khoa").rules.draw[0].shown
    page = written.client.get(written.url("quizzes/cuoi-khoa")).get_data(as_text=True)
    form = Fields(page[page.index('<form class="form studio-form"') :]).values.to_dict(flat=False)
    assert form["draw.0.shown"] == ["1"]


def test_counting_shows_what_fits_and_stores_nothing(written):
    page = written.post("new-quiz", **FORM | {"draw.1.count": "1", "draw.1.kinds": "single", "act": "count"})
    html = page.get_data(as_text=True)
    assert page.status_code == 200 and "3 questions fit" in html and "0 questions fit" in html
    assert quizzes_of_course(written.draft.id) == []


def test_a_quiz_taken_out_is_needed_no_more(written):
    written.post("new-quiz", **FORM)
    assert written.post("quizzes/cuoi-khoa/removal").status_code == 303
    assert written.draft.description["completion"]["quiz"] is None
    assert written.draft.description["quizzes"] == [] and quizzes_of_course(written.draft.id) == []
    assert written.post("quizzes/none/removal").status_code == 404


def test_the_mark_of_need_can_be_taken_away_alone(written):
    written.post("new-quiz", **FORM)
    without = {name: value for name, value in FORM.items() if name != "needed"}
    written.post("quizzes/cuoi-khoa", **without)
    assert written.draft.description["completion"]["quiz"] is None
    assert written.draft.description["quizzes"] == ["cuoi-khoa"]


def test_others_neither_see_nor_change_it(written, client):
    settings = {"title": {"vi": "a", "en": "b"}, "draw": [{"count": 1}]}
    write_quiz(written.author, written.slug, "final", settings)
    for role, status in ((Role.INSTRUCTOR, 404), (Role.LEARNER, 403)):
        token = sign_in(client, create_actor(role))
        for rest in ("quizzes", "new-quiz", "quizzes/final"):
            assert client.get(written.url(rest)).status_code == status
        answer = client.post(written.url("quizzes/final"), data={**FORM, "csrf_token": token})
        assert answer.status_code == status
    assert find_quiz(written.draft.id, "final").number == 1
