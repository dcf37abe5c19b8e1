"""What people keep of their searches, and training needs: seen by nobody else, erasable, counted together."""

import pytest

from academy.audit.models import AuditEntry
from academy.kernel import clock, jobs
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Invalid, Unauthenticated
from academy.search.engine import engine
from academy.search.errors import NeedNotFound, SavedSearchNotFound, TooManySaved
from academy.search.models import RecentSearch, SavedSearch, TrainingNeed
from academy.search.need_queries import get_need, list_needs
from academy.search.needs import answer_need, file_need, need_key
from academy.search.own_queries import is_remembering, list_own_needs, list_recent, list_saved
from academy.search.remembering import (
    MAX_RECENT,
    MAX_SAVED,
    erase_searches,
    export_searches,
    forget_recent,
    remember_search,
    remove_saved,
    save_search,
    set_remembering,
)
from tests.factories import create_actor, create_unit, sign_in
from tests.search.test_indexing import write_course


@pytest.fixture
def learner(app):
    return create_actor(Role.LEARNER)


def texts(actor):
    return [row.text for row in list_recent(actor)]


# --- recent ----------------------------------------------------------------------------------------


def test_the_newest_searches_are_remembered_once_each(learner, monkeypatch):
    start = clock.now()
    for number, text in enumerate(
        ["mật khẩu", "giáp lai", "MẬT  KHẨU", "-", "  ", *(f"câu {n}" for n in range(30))]
    ):
        monkeypatch.setattr(clock, "now", lambda n=number: start.replace(microsecond=n))
        remember_search(learner, text, {})
    assert texts(learner) == [f"câu {n}" for n in reversed(range(10, 30))]
    assert len(texts(learner)) == MAX_RECENT
    remember_search(learner, "câu 12", {"lang": "vi", "other": "x"})
    assert list_recent(learner)[0].filters == {"lang": "vi"}


def test_nobody_else_sees_them_and_strangers_leave_none(learner, session):
    remember_search(learner, "mật khẩu", {})
    remember_search(Actor.anonymous(), "giáp lai", {})
    admin = create_actor(*Role)
    assert texts(admin) == [] == list_recent(Actor.anonymous())
    forget_recent(admin)
    assert texts(learner) == ["mật khẩu"]
    forget_recent(admin, list_recent(learner)[0].id)
    assert session.query(RecentSearch).count() == 1


def test_who_switches_it_off_leaves_nothing_behind(learner, session):
    remember_search(learner, "mật khẩu", {})
    assert is_remembering(learner)
    set_remembering(learner, False)
    assert not is_remembering(learner)
    remember_search(learner, "giáp lai", {})
    assert session.query(RecentSearch).count() == 0
    set_remembering(learner, True)
    remember_search(learner, "giáp lai", {})
    assert texts(learner) == ["giáp lai"]
    forget_recent(learner, list_recent(learner)[0].id)
    assert texts(learner) == []
    with pytest.raises(Unauthenticated):
        set_remembering(Actor.anonymous(), True)


# --- saved -----------------------------------------------------------------------------------------


def test_searches_are_saved_by_name_and_counted_when_opened(author):
    write_course(author, "Văn thư", ("Đóng dấu", "Đóng dấu giáp lai."))
    jobs.run_all()
    engine().refresh()
    save_search(author, "Dấu", "giáp lai", {})
    save_search(author, "", "xylophon", {"lang": "vi"})
    number = save_search(author, "Dấu", "đóng dấu", {})
    assert [(row.name, row.text, row.total) for row in list_saved(author, counted=True)] == [
        ("Dấu", "đóng dấu", 1), ("xylophon", "xylophon", 0),
    ]  # fmt: skip
    with pytest.raises(SavedSearchNotFound):
        remove_saved(create_actor(*Role), number)
    remove_saved(author, number)
    assert [row.name for row in list_saved(author)] == ["xylophon"]


def test_what_cannot_be_saved(learner):
    for text in ("", "  ", "-", "lang:vi"):
        with pytest.raises(Invalid):
            save_search(learner, "Tên", text, {})
    for number in range(MAX_SAVED):
        save_search(learner, f"Tên {number}", "dấu", {})
    with pytest.raises(TooManySaved):
        save_search(learner, "Nữa", "dấu", {})
    save_search(learner, "Tên 1", "dấu khác", {})
    with pytest.raises(Unauthenticated):
        save_search(Actor.anonymous(), "x", "dấu", {})


def test_all_of_it_can_be_taken_along_and_erased(learner, session):
    remember_search(learner, "mật khẩu", {})
    save_search(learner, "Dấu", "giáp lai", {})
    file_need(learner, "tiếng Nhật", "Đoàn khách tháng sau")
    told = export_searches(learner.account_id)
    assert [row["text"] for row in told["recent"]] == ["mật khẩu"]
    assert [row["name"] for row in told["saved"]] == ["Dấu"]
    assert [row["note"] for row in told["training_needs"]] == ["Đoàn khách tháng sau"]
    erase_searches(learner.account_id)
    assert export_searches(learner.account_id) == {
        "remember": True,
        "recent": [],
        "saved": [],
        "training_needs": [],
    }
    assert session.query(SavedSearch).count() == 0
    [need] = session.query(TrainingNeed).all()
    assert (need.query, need.note, need.account_id) == ("tiếng Nhật", "", None)


# --- training needs --------------------------------------------------------------------------------


@pytest.fixture
def city(app):
    city = create_unit()
    ward, other = create_unit("Phường A", parent=city), create_unit("Phường B", parent=city)
    return {
        "officer": create_actor(Role.TRAINING_OFFICER, unit=ward, full_name="Lê Thị Bình"),
        "other": create_actor(Role.TRAINING_OFFICER, unit=other),
        "admin": create_actor(Role.ADMINISTRATOR, unit=city),
        "one": create_actor(Role.LEARNER, unit=ward, full_name="Trần An"),
        "two": create_actor(Role.LEARNER, unit=ward),
        "far": create_actor(Role.LEARNER, unit=other),
    }


def test_equal_needs_are_counted_together_within_ones_units(city):
    first = file_need(city["one"], "Tiếng Nhật", "Đoàn khách")
    assert file_need(city["one"], "tieng nhat") == first  # told again, the same
    file_need(city["two"], "tiếng  nhật!")
    file_need(city["far"], "TIẾNG NHẬT")
    file_need(city["far"], "tiếng Hàn")
    assert [(need.query, need.people, need.units) for need in list_needs(city["admin"])] == [
        ("TIẾNG NHẬT", 3, 2), ("tiếng Hàn", 1, 1),
    ]  # fmt: skip
    [mine] = list_needs(city["officer"])
    assert (mine.people, mine.units) == (2, 1)
    assert [(note.full_name, note.unit, note.note) for note in mine.notes if note.note] == [
        ("Trần An", "Phường A", "Đoàn khách")
    ]
    assert {need.query for need in list_needs(city["other"])} == {"TIẾNG NHẬT", "tiếng Hàn"}
    assert list_needs(city["one"]) == []


def test_an_answer_reaches_all_who_asked_within_the_scope_and_nobody_else(city, session):
    need = file_need(city["one"], "Tiếng Nhật")
    file_need(city["two"], "tieng nhat")
    file_need(city["far"], "tiếng Nhật")
    with pytest.raises(NeedNotFound):
        answer_need(city["other"], need, "planned")
    with pytest.raises(NeedNotFound):
        get_need(city["one"], need)
    for decision, answer in (("maybe", "x"), ("answered", ""), ("declined", " "), ("planned", "x" * 1001)):
        with pytest.raises(Invalid):
            answer_need(city["officer"], need, decision, answer)
    assert answer_need(city["officer"], need, "planned", "Lớp mở tháng 3") == 2
    assert [one.state for one in list_own_needs(city["one"])] == ["planned"]
    assert [one.answer for one in list_own_needs(city["two"])] == ["Lớp mở tháng 3"]
    assert [one.state for one in list_own_needs(city["far"])] == ["open"]
    assert answer_need(city["officer"], need, "answered", "Đã có bài học") == 2
    with pytest.raises(NeedNotFound):  # nothing is open any more
        answer_need(city["officer"], need, "declined", "x")
    acts = (
        session.query(AuditEntry.act, AuditEntry.account_id)
        .filter_by(object_kind="training_need")
        .order_by(AuditEntry.number)
        .all()
    )
    assert [row.act for row in acts].count("training_need.file") == 3
    assert acts[-1] == ("training_need.answer", city["officer"].account_id)
    assert file_need(city["one"], "tiếng nhật") != need  # asked again after the answer: a new need


def test_lists_of_needs_cost_few_statements(city, count_queries):
    for number in range(6):
        file_need(city["one"], f"tiếng Nhật {number}")
    with count_queries() as queries:
        assert len(list_needs(city["admin"])) == 6
    assert len(queries) == 2


def test_needs_say_something(city):
    for text in ("", "  ", "?!", "-"):
        with pytest.raises(Invalid):
            file_need(city["one"], text)
    with pytest.raises(Invalid):
        file_need(city["one"], "tiếng Nhật", "x" * 1001)
    with pytest.raises(Unauthenticated):
        file_need(Actor.anonymous(), "tiếng Nhật")
    assert need_key("Tiếng  NHẬT, sơ-cấp") == "tieng nhat so cap"


# --- pages and JSON --------------------------------------------------------------------------------


def test_the_pages_work_together(city, client, fresh_index):
    token = sign_in(client, city["one"])
    client.get("/search?q=xylophon&lang=vi")
    assert texts(city["one"]) == ["xylophon"]
    page = client.get("/search").get_data(as_text=True)
    assert "xylophon" in page
    form = {"csrf_token": token}
    client.post(
        "/search/saved", data={**form, "q": "xylophon", "name": "Đàn", "lang": "vi", "next": "/search?q=x"}
    )
    assert client.post("/search/saved", data={**form, "q": ""}).status_code == 303
    assert client.get("/search/need?q=xylophon").status_code == 200
    assert client.post("/search/need", data={**form, "q": ""}).status_code == 422
    assert (
        client.post("/search/need", data={**form, "q": "xylophon", "note": "Đội văn nghệ"}).status_code == 303
    )
    mine = client.get("/search/mine").get_data(as_text=True)
    for text in ("Đàn", "xylophon", "Đội văn nghệ", "waiting for an answer"):
        assert text in mine
    client.post("/search/recent/clear", data=form)
    client.post("/search/recent/switch", data={**form, "remember": "0"})
    assert "Your searches are not remembered." in client.get("/search/mine").get_data(as_text=True)

    told = client.get("/api/v1/search/mine").get_json()
    assert (told["remember"], told["recent"], told["saved"][0]["name"]) == (False, [], "Đàn")
    assert client.get("/api/v1/training-needs").status_code == 403
    number = list_own_needs(city["one"])[0].id

    token = sign_in(client, city["officer"])
    form = {"csrf_token": token}
    assert "Đội văn nghệ" in client.get("/admin/training-needs").get_data(as_text=True)
    wrong = client.post(f"/admin/training-needs/{number}/answer", data={**form, "decision": "answered"})
    assert wrong.status_code == 422 and "Say in a sentence" in wrong.get_data(as_text=True)
    assert (
        client.post(
            f"/admin/training-needs/{number}/answer", data={**form, "decision": "planned"}
        ).status_code
        == 303
    )
    assert "xylophon" in client.get("/admin/training-needs?state=planned").get_data(as_text=True)
    assert client.get("/admin/search-words").status_code == 403


def test_the_page_of_words(city, client):
    from academy.search.vocabulary_queries import forget_synonyms, list_synonyms

    token = sign_in(client, city["admin"])
    form = {"csrf_token": token}
    added = client.post(
        "/admin/search-words", data={**form, "term": "CCHC", "meaning": "cải cách hành chính"}
    )
    assert added.status_code == 303
    refused = client.post("/admin/search-words", data={**form, "term": "xã", "meaning": "đơn vị"})
    assert refused.status_code == 422 and "ordinary syllable" in refused.get_data(as_text=True)
    [row] = list_synonyms(city["admin"])
    assert client.get(f"/admin/search-words/{row.id}").status_code == 200
    change = {**form, "term": "CCHC", "meaning": "công cuộc cải cách hành chính"}
    assert client.post(f"/admin/search-words/{row.id}", data=change).status_code == 303
    assert client.post(f"/admin/search-words/{row.id}", data={**change, "term": "a"}).status_code == 422
    exported = client.get("/admin/search-words/words.csv")
    assert exported.mimetype == "text/csv" and "công cuộc" in exported.get_data(as_text=True)
    assert client.post(f"/admin/search-words/{row.id}/retire", data=form).status_code == 303
    assert "CCHC" in client.get("/admin/search-words?retired=1").get_data(as_text=True)
    assert client.post(f"/admin/search-words/{row.id}/restore", data=form).status_code == 303
    from io import BytesIO

    file = {**form, "file": (BytesIO("term;meaning\nUBND;ủy ban nhân dân\nxã;đơn vị\n".encode()), "w.csv")}
    page = client.post("/admin/search-words/import", data=file)
    assert page.status_code == 422 and "Line 3" in page.get_data(as_text=True)
    file = {**form, "file": (BytesIO("term;meaning\nUBND;ủy ban nhân dân\n".encode()), "w.csv")}
    assert client.post("/admin/search-words/import", data=file).status_code == 303
    listed = client.get("/api/v1/search/words?q=ubnd").get_json()["items"]
    assert [(row["term"], row["changed_by"]) for row in listed] == [("UBND", city["admin"].full_name)]
    forget_synonyms()
