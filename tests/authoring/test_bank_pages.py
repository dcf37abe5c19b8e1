"""The bank in the studio's pages: the address keeps the filter, many are changed after a preview, twins are shown."""

from __future__ import annotations

import re

import pytest

from academy.authoring import services
from academy.catalog.models import Topic
from academy.catalog.services import set_instructors
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.bank_queries import BankFilter, list_items
from academy.questions.card_queries import card_of, history_of
from academy.questions.queries import find_item
from academy.quizzes.services import write_quiz
from tests.factories import create_actor, sign_in
from tests.questions.specs import both

LONG = "Theo quy định hiện hành, cán bộ một cửa phải trả lời người dân trong thời hạn bao nhiêu ngày làm việc?"
FORM = {"item.difficulty": "2", "item.use": ["pool"], "answer": "true", "text.vi": LONG, "text.en": "How long?"}


def add(desk, words: str, **place) -> str:
    spec = {"text": both(words), "answer": True}
    place = services.QuestionPlace(**{"lesson": desk.studio.lesson, "use_lesson": False} | place)
    return services.add_question(desk.studio.author, desk.studio.slug, "truefalse", spec, place)[0]


def item(desk, key: str):
    return find_item(desk.studio.course().id, key)


@pytest.fixture
def bank(desk):
    desk.keys = [add(desk, f"Đạo đức công vụ {n}", tags=("Đạo đức",) if n % 2 else (), difficulty=1 + n) for n in range(4)]
    return desk


def shown(bank, query: str = "") -> list[str]:
    page = bank.get(f"/questions{query}").get_data(as_text=True)
    return re.findall(r"<code>([a-z0-9-]+)</code> ·", page)


def test_words_and_filters_find_and_the_next_page_keeps_them(bank):
    assert len(shown(bank)) == 4 and shown(bank, "?q=dao+duc+bai-mot-4") == bank.keys[3:]
    assert shown(bank, "?tag=dao+duc") == [bank.keys[1], bank.keys[3]]
    assert shown(bank, "?difficulty=2&state=draft") == bank.keys[1:2]
    for number in range(60):
        add(bank, f"Câu hỏi về văn thư {number}")
    page = bank.get("/questions?q=van+thu&state=draft").get_data(as_text=True)
    onwards = re.search(r'href="([^"]*cursor=[^"]*)"', page)[1].replace("&amp;", "&")
    assert "q=van+thu" in onwards and "state=draft" in onwards
    rest = bank.client.get(onwards).get_data(as_text=True)
    assert len(re.findall(r"<code>([a-z0-9-]+)</code> ·", page + rest)) == 60


@pytest.mark.parametrize(
    "query", ["?difficulty=x", "?state=none", "?language=xx:yy", "?q=%25_", f"?q={'a+' * 500}", "?use=never", "?kind=%F0%9F%98%80"]
)
def test_strange_filters_do_no_harm(bank, query):
    assert bank.get(f"/questions{query}").status_code == 200


def test_a_damaged_cursor_says_so(bank):
    assert bank.get("/questions?cursor=zzz").status_code == 404


def test_many_are_changed_after_a_preview_and_undone(bank):
    chosen = {"id": [item(bank, key).item_id for key in bank.keys[:3]], "change": "add_tag", "value": "Ôn tập", "q": "dao duc"}
    preview = bank.post("/question-changes", {**chosen, "act": "plan"})
    page = preview.get_data(as_text=True)
    assert preview.status_code == 200 and "3 questions would be changed, of 3" in page and "Add the tag “Ôn tập”" in page
    assert shown(bank, "?tag=on+tap") == [], "a preview changes nothing"
    answer = bank.post("/question-changes", {**chosen, "act": "apply"})
    assert answer.status_code == 303 and "q=dao+duc" in answer.location
    assert shown(bank, "?tag=on+tap") == bank.keys[:3]
    number = re.search(r"question-changes/(\d+)/undo", bank.get("/questions").get_data(as_text=True))[1]
    assert bank.post(f"/question-changes/{number}/undo", {}).status_code == 303
    assert shown(bank, "?tag=on+tap") == []
    assert bank.post(f"/question-changes/{number}/undo", {}).status_code == 303, "a second time is told in words"


def test_everything_that_fits_is_changed_on_all_pages(bank):
    bank.post("/question-changes", {"everything": "1", "tag": "dao duc", "change": "difficulty=5", "act": "apply"})
    assert shown(bank, "?difficulty=5") == [bank.keys[1], bank.keys[3]]


@pytest.mark.parametrize(
    ("fields", "names"),
    [({"change": "difficulty=9", "id": "1"}, "f-value"), ({"change": "bogus", "id": "1"}, "f-change"), ({"change": "add_tag", "value": "x"}, "f-ids")],
)
def test_a_wrong_change_is_refused_and_what_was_chosen_stays(bank, fields, names):
    answer = bank.post("/question-changes", {"act": "plan", "q": "dao", **fields})
    assert answer.status_code == 422 and f"#{names}" in answer.get_data(as_text=True)
    assert 'value="dao"' in answer.get_data(as_text=True)


def test_a_near_twin_is_shown_once_and_can_be_stored_all_the_same(bank):
    first = bank.post("/new-question?kind=truefalse", FORM)
    assert first.status_code == 303
    twin = {**FORM, "text.vi": LONG.replace("bao nhiêu", "mấy")}
    answer = bank.post("/new-question?kind=truefalse", twin)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "much like this one already" in page and "mấy ngày" in page
    assert bank.post("/new-question?kind=truefalse", {**twin, "act": "anyway"}).status_code == 303
    key = shown(bank, "?q=may+ngay")[0]
    assert "Much like it" in bank.get(f"/questions/{key}").get_data(as_text=True)


def test_faults_come_before_twins(bank):
    bank.post("/new-question?kind=truefalse", FORM)
    answer = bank.post("/new-question?kind=truefalse", {**FORM, "answer": ""})
    assert answer.status_code == 422 and "#f-answer" in answer.get_data(as_text=True)


def test_category_tags_and_topics_by_the_form(bank):
    bank.post("/new-question?kind=truefalse", {**FORM, "item.category": " Chương 1 / A ", "item.tags": "một cửa, Một cửa, hạn"})
    (key,) = shown(bank, "?category=Ch%C6%B0%C6%A1ng+1")
    card = card_of(item(bank, key).item_id)
    assert (card.category, card.tags) == ("Chương 1/A", ("hạn", "một cửa"))
    answer = bank.post(f"/questions/{key}", {**FORM, "item.topics": "khong-co"})
    assert answer.status_code == 422 and "no such topic" in answer.get_data(as_text=True)
    assert card_of(item(bank, key).item_id).category == "Chương 1/A"


def test_review_by_the_page(bank, client):
    key = bank.keys[0]
    other = create_actor(Role.INSTRUCTOR, full_name="Người Duyệt")
    set_instructors(Actor.system(), bank.studio.course().id, [bank.studio.author.account_id, other.account_id])
    bank.post(f"/questions/{key}/review", {"act": "submit"})
    assert card_of(item(bank, key).item_id).review == "in_review"
    bank.post(f"/questions/{key}/review", {"act": "approve"})
    assert card_of(item(bank, key).item_id).review == "in_review", "nobody approves a question of their own"
    token = sign_in(client, other)
    client.post(bank.studio.url(f"/questions/{key}/review"), data={"csrf_token": token, "act": "approve"})
    assert card_of(item(bank, key).item_id).review == "approved"
    page = client.get(bank.studio.url(f"/questions/{key}/history")).get_data(as_text=True)
    assert "Người Duyệt" in page and "approved" in page


def test_history_shows_what_changed(bank):
    key = bank.keys[0]
    services.change_question(
        bank.studio.author, bank.studio.slug, key, {"text": both("Văn bản mới"), "answer": True},
        services.QuestionPlace(lesson=bank.studio.lesson, use_lesson=False),
    )  # fmt: skip
    assert len(history_of(item(bank, key).item_id)) == 2
    page = bank.get(f"/questions/{key}/history").get_data(as_text=True)
    assert "<ins>" in page and "text.vi: Văn bản mới" in page and "<del>" in page
    for query in ("?from=9&to=x", "?from=0", "?from=1&to=1"):
        assert bank.get(f"/questions/{key}/history{query}").status_code == 200


def test_where_it_is_used_and_what_retiring_would_break(bank):
    key = bank.keys[3]
    write_quiz(bank.studio.author, bank.studio.slug, "final", {"title": both("Cuối khóa"), "draw": [{"difficulty": [4], "count": 1}]})
    assert "Quiz “Cuối khóa”, line 1" in bank.get(f"/questions/{key}").get_data(as_text=True)
    page = bank.get(f"/questions/{key}/retirement").get_data(as_text=True)
    assert "Line 1 can no longer be filled" in page
    write_quiz(bank.studio.author, bank.studio.slug, "final", {"title": both("Cuối khóa"), "draw": [{"count": 1}]})
    page = bank.get(f"/questions/{key}/retirement").get_data(as_text=True)
    assert "line 1" in page and "no longer be filled" not in page


def test_the_list_costs_the_same_for_many_questions(bank, count_queries):
    def cost() -> int:
        with count_queries() as queries:
            assert bank.get("/questions?q=cau").status_code == 200
        return len(queries)

    for number in range(3):
        add(bank, f"Câu số {number}")
    cost()
    few = cost()
    for number in range(40):
        add(bank, f"Câu số {number + 10}")
    cost()
    assert cost() == few <= 10


def test_others_neither_find_nor_change(bank, client):
    token = sign_in(client, create_actor(Role.INSTRUCTOR))
    key = bank.keys[0]
    for rest in ("/questions", f"/questions/{key}/history", f"/questions/{key}/retirement"):
        assert client.get(bank.studio.url(rest)).status_code == 404
    for rest in ("/question-changes", f"/questions/{key}/review"):
        data = {"csrf_token": token, "act": "submit", "id": "1", "change": "difficulty=5"}
        assert client.post(bank.studio.url(rest), data=data).status_code == 404
    assert [row.difficulty for row in list_items(bank.studio.course().id, BankFilter(), cursor=None, lang="vi").items] == [1, 2, 3, 4]


@pytest.fixture
def topical(bank):
    """The bank with more questions of one topic than a page shows, and one of another; the course has both topics."""
    with unit_of_work() as work:
        work.session.add_all([Topic(slug="cong-vu", title=both("Công vụ", "Civil service")), Topic(slug="luat", title=both("Luật", "Law"))])
    course = bank.studio.course()
    services.update_settings(
        bank.studio.author, bank.studio.slug, {"topics": ["cong-vu", "luat"]}, base_version=course.version
    )
    bank.of_topic = [add(bank, f"Câu về $\\frac{{1}}{{2}}$ công vụ {n}", topics=("cong-vu",)) for n in range(60)]
    add(bank, "Câu về luật", topics=("luat",))
    return bank


def test_a_topic_is_chosen_by_its_name_and_goes_along_to_every_page(topical):
    page = topical.get("/questions?topic=cong-vu").get_data(as_text=True)
    assert '<option value="cong-vu" selected>Công vụ (60)</option>' in page and "Luật (1)" in page
    assert re.search(r'<details class="more" open><summary>.*Filters', page), "a filter that is set is not hidden"
    onwards = re.search(r'href="([^"]*cursor=[^"]*)"', page)[1].replace("&amp;", "&")
    rest = topical.client.get(onwards).get_data(as_text=True)
    assert "topic=cong-vu" in onwards and '<option value="cong-vu" selected>' in rest
    assert sorted(re.findall(r"<code>([a-z0-9-]+)</code> ·", page + rest)) == sorted(topical.of_topic)
    back = [found for found in re.findall(r'href="([^"]*/questions\?[^"]*)"', rest) if "state" not in found]
    assert topical.studio.url("/questions?topic=cong-vu") in back, "so does the way to the first page"
    answer = topical.post("/question-changes", {"everything": "1", "topic": "cong-vu", "change": "difficulty=5", "act": "apply"})
    assert "topic=cong-vu" in answer.location and len(shown(topical, "?difficulty=5&topic=luat")) == 0
    assert shown(topical, "?topic=khong-co") == []


def test_formulas_in_the_list_can_be_read(topical):
    assert "Câu về 1/2 công vụ 7" in topical.get("/questions?q=cong+vu+7").get_data(as_text=True)


def test_the_list_as_json_has_the_same_filters_and_pages(topical):
    address = f"/api/v1{topical.studio.url('/questions')}"
    found, cursor = [], ""
    while cursor is not None:
        page = topical.client.get(f"{address}?topic=cong-vu&limit=25" + (f"&cursor={cursor}" if cursor else "")).get_json()
        found, cursor = found + page["items"], page["next_cursor"]
    assert sorted(row["key"] for row in found) == sorted(topical.of_topic)
    assert found[0]["topics"] == ["cong-vu"] and found[0]["state"] == "draft" and found[0]["words"].startswith("Câu về 1/2")
    assert [row["key"] for row in topical.client.get(f"{address}?q=dao+duc&difficulty=2").get_json()["items"]] == [topical.keys[1]]
    assert topical.client.get(f"{address}?state=none").status_code == 422
    assert topical.client.get(f"{address}?cursor=zzz").status_code == 404


def test_strangers_get_no_questions_as_json(topical, client):
    sign_in(client, create_actor(Role.INSTRUCTOR))
    assert client.get(f"/api/v1{topical.studio.url('/questions')}").status_code in (403, 404)


def test_a_change_of_many_is_undone_where_it_was_made(bank):
    chosen = {"id": [item(bank, key).item_id for key in bank.keys[:2]], "change": "difficulty=5", "q": "dao duc", "act": "apply"}
    after = bank.post("/question-changes", chosen).location
    page = bank.client.get(after).get_data(as_text=True)
    done = page[page.index("bank-done") : page.index("bank-search")]
    assert "Difficulty 5" in done and 'name="q" value="dao duc"' in done
    number = re.search(r"question-changes/(\d+)/undo", done)[1]
    back = bank.post(f"/question-changes/{number}/undo", {"q": "dao duc"}).location
    assert back.endswith("?q=dao+duc"), "the filter is still there"
    assert "bank-done" not in bank.client.get(after).get_data(as_text=True), "what is undone is not offered again"
    bank.post("/question-changes", {"id": "999999", "change": "difficulty=5", "act": "apply"})
    assert bank.get("/questions?changed=999999999").status_code == bank.get("/questions?changed=x").status_code == 200


def test_a_question_for_no_lesson_is_for_quizzes_from_the_start(bank):
    def ticked(page: str) -> list[str]:
        return re.findall(r'name="item.use" value="(\w+)" checked', page)

    assert ticked(bank.get("/new-question?kind=truefalse").get_data(as_text=True)) == ["pool"]
    stored = bank.client.get(bank.post("/new-question?kind=truefalse", FORM).location).get_data(as_text=True)
    assert "draw it from the pool" in stored and "[[exercise:" not in stored
    page = bank.get(f"/new-question?kind=truefalse&lesson={bank.studio.lesson}").get_data(as_text=True)
    assert sorted(ticked(page)) == ["lesson", "pool"]


def test_what_is_to_be_retired_is_named_by_its_words(bank):
    page = bank.get(f"/questions/{bank.keys[1]}/retirement").get_data(as_text=True)
    assert "Đạo đức công vụ 1" in page[page.index("<h1>") :] and bank.keys[1] in page
