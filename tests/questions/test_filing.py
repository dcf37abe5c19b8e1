"""The bank: filing, finding, languages, review, twins, many at once; through services, at any size."""

from __future__ import annotations

import pytest

from academy.kernel.actor import Actor
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.unit_of_work import unit_of_work
from academy.questions import bulk, reviewing
from academy.questions.bank_queries import BankFilter, count_items, facets_of, list_items, matching_ids
from academy.questions.card_queries import card_of, find_twins, history_of, reviews_of, spec_of_version
from academy.questions.cards import clean_category, clean_tags, index_items
from academy.questions.languages import states_of
from academy.questions.models import Item, ItemBand, ItemCard, ItemVersion
from academy.questions.queries import find_item
from academy.questions.services import Filing, save_item, sync_items
from academy.questions.similarity import bands, likeness, shingles
from academy.questions.spec_lines import as_lines
from tests.factories import create_actor
from tests.questions.specs import both
from tests.quizzes.conftest import Sat


def statement(vi: str, en: str | None = None) -> dict:
    return {"text": both(vi, en), "answer": True}


def ids(sat: Sat, *keys: str) -> list[int]:
    return [find_item(sat.course_id, key).item_id for key in keys]


def keys(sat: Sat, **wanted) -> list[str]:
    page = list_items(sat.course_id, BankFilter(**wanted), cursor=None, lang="vi")
    found = [row.key for row in page.items]
    assert count_items(sat.course_id, BankFilter(**wanted)) == len(found)
    assert len(matching_ids(sat.course_id, BankFilter(**wanted))) == len(found)
    return found


@pytest.fixture
def filed(sat) -> Sat:
    sat.item("a-1", "truefalse", statement("Đạo đức công vụ là nền tảng", "Ethics"), "o1", difficulty=5,
             filing=Filing(category="Chương 1/Khái niệm", tags=("Đạo đức", "dễ"), topics=("cong-vu",)))  # fmt: skip
    sat.item("a-2", "truefalse", statement("Luật có hiệu lực từ ngày ký", "Law"), "o2",
             filing=Filing(category="Chương 1", tags=("Luật",), topics=("phap-luat", "cong-vu")), use_pool=False)  # fmt: skip
    return sat


# --- filing and finding ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [(" Chương 1 /Khái  niệm/ ", "Chương 1/Khái niệm"), ("///", ""), ("a" * 400, "a" * 300), ("", "")],
)
def test_categories_are_paths_without_empty_parts(given, kept):
    assert clean_category(given) == kept


def test_tags_stand_once_whatever_their_case_and_marks():
    assert clean_tags(["Đạo đức", "dao duc", "", " luật ", "\u202e"]) == ["Đạo đức", "luật"]
    assert len(clean_tags(map(str, range(50)))) == 20


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"q": "dao duc"}, ["a-1"]),
        ({"q": "ĐẠO công"}, ["a-1"]),
        ({"q": "ethics"}, ["a-1"]),
        ({"q": "a-2"}, ["a-2"]),
        ({"q": "%"}, []),
        ({"q": "không có đâu"}, []),
        ({"tag": "dao duc"}, ["a-1"]),
        ({"tag": "Luật"}, ["a-2"]),
        ({"topic": "cong-vu"}, ["a-1", "a-2"]),
        ({"topic": "phap-luat", "tag": "luat"}, ["a-2"]),
        ({"topic": "khong-co"}, []),
        ({"category": "Chương 1"}, ["a-1", "a-2"]),
        ({"category": "Chương 1/Khái niệm"}, ["a-1"]),
        ({"category": "Chương"}, []),
        ({"kind": "truefalse", "outcome": "o2"}, ["a-2"]),
        ({"difficulty": 5}, ["a-1"]),
        ({"kind": "truefalse", "use": "pool"}, ["a-1"]),
        ({"kind": "truefalse", "use": "lesson"}, ["a-1", "a-2"]),
        ({"kind": "truefalse", "state": "draft"}, ["a-1", "a-2"]),
        ({"state": "approved"}, []),
        ({"kind": "truefalse", "lesson": "-"}, []),
        ({"kind": "truefalse", "lesson": "01-van-ban"}, ["a-1", "a-2"]),
        ({"language": "de:missing", "kind": "truefalse"}, ["a-1", "a-2"]),
        ({"language": "en:missing"}, []),
    ],
)
def test_every_filter_finds_what_it_should(filed, wanted, found):
    assert keys(filed, **wanted) == found


def test_pages_follow_each_other_without_gap_or_repeat(filed):
    seen, cursor = [], None
    while True:
        page = list_items(filed.course_id, BankFilter(), cursor=cursor, lang="vi", limit=3)
        seen += [row.key for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == sorted(seen) and len(seen) == len(set(seen)) == 10


def test_facets_count_branches_with_what_is_below(filed):
    facets = facets_of(filed.course_id)
    assert facets.categories == {"Chương 1": 2, "Chương 1/Khái niệm": 1}
    assert facets.tags == {"Đạo đức": 1, "dễ": 1, "Luật": 1} and facets.topics == {"cong-vu": 2, "phap-luat": 1} and facets.states == {"draft": 10}


def test_finding_costs_the_same_for_any_bank(filed, count_queries):
    def cost() -> int:
        db.session.expire_all()
        with count_queries() as queries:
            list_items(filed.course_id, BankFilter(q="cau"), cursor=None, lang="vi")
            facets_of(filed.course_id)
        return len(queries)

    list_items(filed.course_id, BankFilter(), cursor=None, lang="vi")
    before = cost()
    sync_bank(filed, 300)
    cost()
    assert cost() == before <= 4


def sync_bank(sat: Sat, count: int) -> None:
    """Many items in few statements, as after an import."""
    with unit_of_work() as work:
        for number in range(count):
            item = Item(
                course_id=sat.course_id, key=f"x-{number}", lesson="01-van-ban", difficulty=1, use_lesson=True,
                use_pool=True, state="active", origin="studio", current_number=1,
            )  # fmt: skip
            work.session.add(item)
            work.session.flush()
            spec = statement(f"Câu nhập vào số {number}")
            work.session.add(ItemVersion(item_id=item.id, number=1, kind="truefalse", outcome="o1", spec=spec, hash=f"{number:064d}"))
    index_items()


def test_items_without_a_card_get_one(filed):
    sync_bank(filed, 3)
    assert keys(filed, q="nhap vao") == ["x-0", "x-1", "x-2"]
    assert index_items() == 0


# --- languages ------------------------------------------------------------------------------------


def test_languages_are_whole_partial_or_stale():
    old = {"text": {"vi": "Một", "en": "One"}, "options": [{"text": {"vi": "A", "en": "A"}}]}
    assert states_of(old) == {"vi": "whole", "en": "whole"}
    assert states_of({**old, "explanation": {"vi": "Vì"}}) == {"vi": "whole", "en": "partial"}
    changed = {**old, "text": {"vi": "Hai", "en": "One"}}
    assert states_of(changed, old, {"vi": "whole", "en": "whole"}) == {"vi": "whole", "en": "stale"}
    both_changed = {**old, "text": {"vi": "Hai", "en": "Two"}}
    assert states_of(both_changed, old, {"en": "whole"})["en"] == "whole"
    # it stays stale until somebody touches it
    assert states_of({**changed, "credit": "x"}, changed, {"en": "stale"})["en"] == "stale"
    assert states_of(both_changed, changed, {"en": "stale"})["en"] == "whole"


def test_an_edit_of_the_vietnamese_leaves_the_english_behind_until_somebody_says_it_fits(sat):
    sat.item("b-1", "truefalse", statement("Cũ", "Old"))
    sat.item("b-1", "truefalse", statement("Mới", "Old"))
    (item_id,) = ids(sat, "b-1")
    assert card_of(item_id).languages == {"vi": "whole", "en": "stale"} and keys(sat, language="en:stale") == ["b-1"]
    reviewing.confirm_translation(sat.instructor, item_id, "en")
    assert card_of(item_id).languages["en"] == "whole" and keys(sat, language="en:stale") == []


# --- versions and review --------------------------------------------------------------------------


def test_history_and_differences(sat):
    sat.item("b-1", "truefalse", statement("Cũ"))
    sat.item("b-1", "truefalse", statement("Mới"))
    (item_id,) = ids(sat, "b-1")
    assert [step.number for step in history_of(item_id)] == [2, 1]
    old, new = (as_lines(spec_of_version(item_id, number)).split("\n") for number in (1, 2))
    assert set(new) - set(old) == {"text.vi: Mới", "text.en: Mới (en)"}
    with pytest.raises(NotFound):
        spec_of_version(item_id, 3)


def colleague(sat: Sat) -> Actor:
    from academy.catalog.services import set_instructors
    from academy.kernel.authorization import Role

    other = create_actor(Role.INSTRUCTOR, full_name="Người Duyệt")
    set_instructors(Actor.system(), sat.course_id, [sat.instructor.account_id, other.account_id])
    return other


def write(sat: Sat, key: str, words: str, actor: Actor | None = None) -> int:
    return save_item(
        actor or sat.instructor, sat.course_id, key, "truefalse", statement(words), lesson="01-van-ban", outcome="o1"
    ).item_id  # fmt: skip


def test_somebody_else_approves_and_a_change_makes_a_draft_again(sat):
    other, item_id = colleague(sat), write(sat, "b-1", "Một")
    with pytest.raises(Conflict):
        reviewing.approve_item(other, item_id)
    reviewing.submit_item(sat.instructor, item_id, note="Xin đọc giúp")
    with pytest.raises(Forbidden) as refusal:
        reviewing.approve_item(sat.instructor, item_id)
    assert refusal.value.rule == "questions.own"
    reviewing.approve_item(other, item_id)
    assert card_of(item_id).review == "approved"
    assert [(step.state, step.note) for step in reviews_of(item_id)] == [("approved", ""), ("in_review", "Xin đọc giúp")]
    write(sat, "b-1", "Một", other)
    assert card_of(item_id).review == "approved", "nothing was changed"
    write(sat, "b-1", "Hai", other)
    assert card_of(item_id).review == "draft"


def test_what_was_given_back_is_a_draft(sat):
    other, item_id = colleague(sat), write(sat, "b-1", "Một")
    reviewing.submit_item(sat.instructor, item_id)
    reviewing.return_item(other, item_id, note="Chưa rõ")
    assert card_of(item_id).review == "draft"


def test_strangers_review_nothing(sat):
    item_id = write(sat, "b-1", "Một")
    for act in (reviewing.submit_item, reviewing.approve_item, reviewing.return_item):
        with pytest.raises(Forbidden):
            act(create_actor(), item_id)


# --- twins ----------------------------------------------------------------------------------------

LONG = "Theo quy định hiện hành, cán bộ một cửa phải trả lời người dân trong thời hạn bao nhiêu ngày làm việc?"


def test_a_question_written_again_with_a_word_changed_is_found(sat):
    item_id = write(sat, "b-1", LONG)
    write(sat, "b-2", "Văn bản nào sau đây không phải là văn bản quy phạm pháp luật?")
    (twin,) = find_twins(sat.course_id, statement(LONG.replace("bao nhiêu", "mấy")), lang="vi")
    assert twin.item_id == item_id and 0.6 <= twin.likeness < 1 and twin.words == LONG
    assert find_twins(sat.course_id, statement(LONG.upper()), lang="vi")[0].likeness == 1
    assert find_twins(sat.course_id, statement(LONG), lang="vi", but=item_id) == []
    assert find_twins(sat.course_id, statement("Một câu hỏi hoàn toàn khác hẳn về tài chính công"), lang="vi") == []


def test_signatures_of_like_texts_meet_and_of_others_do_not():
    one = shingles(statement(LONG))
    near, far = shingles(statement(LONG + " Chọn một.")), shingles(statement("Nghị định do Chính phủ ban hành"))
    assert likeness(one, near) > 0.8 and set(enumerate(bands(one))) & set(enumerate(bands(near)))
    assert likeness(one, far) < 0.1 and not set(enumerate(bands(one))) & set(enumerate(bands(far)))
    assert bands(frozenset()) == []


def test_signatures_are_part_of_the_data_format():
    assert bands(frozenset({"mot cua", "cua lien"}))[:2] == BANDS


def test_a_changed_question_is_found_by_its_new_words_only(sat):
    item_id = write(sat, "b-1", LONG)
    write(sat, "b-1", "Nghị định nào quy định về công tác văn thư trong các cơ quan nhà nước?")
    assert find_twins(sat.course_id, statement(LONG), lang="vi") == []
    assert db.session.query(ItemBand).filter_by(item_id=item_id).count() == 20


# --- many at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "value", "holds"),
    [
        ("add_tag", "Ôn tập", {"tag": "on tap"}),
        ("category", "Chương 2/A", {"category": "Chương 2"}),
        ("difficulty", "4", {"difficulty": 4}),
        ("outcome", "o2", {"outcome": "o2", "q": "mot-"}),
        ("use", "pool", {"use": "pool", "q": "mot-"}),
        ("state", "in_review", {"state": "in_review"}),
        ("state", "retired", {"state": "retired"}),
    ],
)
def test_a_change_of_many_is_counted_made_and_undone(sat, what, value, holds):
    actor, chosen = sat.instructor, ids(sat, "mot-1", "mot-2", "mot-3")
    before = {key: (find_item(sat.course_id, key).difficulty, card_of(find_item(sat.course_id, key).item_id)) for key in ("mot-1", "mot-4")}
    plan = bulk.plan_bulk(actor, sat.course_id, chosen, what, value)
    assert (plan.total, plan.changed, plan.same, plan.refused) == (3, 3, 0, {})
    number, changed = bulk.apply_bulk(actor, sat.course_id, chosen, what, value)
    assert changed == 3 and set(keys(sat, **holds)) >= {"mot-1", "mot-2", "mot-3"}
    if what not in ("use",):
        assert "mot-4" not in keys(sat, **holds)
    again = bulk.plan_bulk(actor, sat.course_id, chosen, what, value)
    assert (again.changed, again.same) == (0, 3)
    assert bulk.undo_bulk(actor, sat.course_id, number) == (3, 0)
    assert find_item(sat.course_id, "mot-1").difficulty == before["mot-1"][0]
    after = card_of(ids(sat, "mot-1")[0])
    assert (after.tags, after.category, after.review) == (before["mot-1"][1].tags, before["mot-1"][1].category, before["mot-1"][1].review)
    with pytest.raises(Conflict):
        bulk.undo_bulk(actor, sat.course_id, number)


def test_a_tag_that_only_some_have_is_taken_from_them_and_given_back_to_them_alone(filed):
    chosen = ids(filed, "a-1", "a-2")
    number, changed = bulk.apply_bulk(filed.instructor, filed.course_id, chosen, "remove_tag", "DAO DUC")
    assert changed == 1 and keys(filed, tag="Đạo đức") == []
    bulk.undo_bulk(filed.instructor, filed.course_id, number)
    assert keys(filed, tag="Đạo đức") == ["a-1"] and card_of(chosen[0]).tags == ("dễ", "Đạo đức")


def test_what_was_changed_since_stays_when_undoing(sat):
    chosen = ids(sat, "mot-1", "mot-2")
    number, _changed = bulk.apply_bulk(sat.instructor, sat.course_id, chosen, "difficulty", "5")
    bulk.apply_bulk(sat.instructor, sat.course_id, chosen[:1], "difficulty", "3")
    assert bulk.undo_bulk(sat.instructor, sat.course_id, number) == (1, 1)
    assert find_item(sat.course_id, "mot-1").difficulty == 3


def test_nobody_approves_their_own_in_bulk_either(sat):
    other = colleague(sat)
    mine, theirs = write(sat, "b-1", "Một"), write(sat, "b-2", "Hai", other)
    for item_id in (mine, theirs):
        reviewing.submit_item(sat.instructor, item_id)
    draft = ids(sat, "mot-1")
    plan = bulk.plan_bulk(sat.instructor, sat.course_id, [mine, theirs, *draft], "state", "approved")
    assert (plan.changed, plan.refused) == (1, {"own": 1, "not_in_review": 1})
    bulk.apply_bulk(sat.instructor, sat.course_id, [mine, theirs, *draft], "state", "approved")
    assert [card_of(one).review for one in (mine, theirs, *draft)] == ["in_review", "approved", "draft"]


def test_an_outcome_changed_in_bulk_is_a_new_version_and_the_old_one_stays(sat):
    (item_id,) = ids(sat, "mot-1")
    old = find_item(sat.course_id, "mot-1").version
    bulk.apply_bulk(sat.instructor, sat.course_id, [item_id], "outcome", "o2")
    new = find_item(sat.course_id, "mot-1").version
    assert (new.number, new.outcome, new.spec) == (old.number + 1, "o2", old.spec) and new.hash != old.hash
    assert db.session.get(ItemVersion, old.id).outcome == "o1"


@pytest.mark.parametrize(
    ("what", "value", "field"),
    [("nonsense", "1", "change"), ("difficulty", "6", "value"), ("difficulty", "x", "value"), ("outcome", "o9", "value"),
     ("use", "never", "value"), ("state", "deleted", "value"), ("add_tag", "  ", "value")],
)  # fmt: skip
def test_wrong_changes_are_refused_by_field(what, value, field):
    with pytest.raises(Invalid) as refusal:
        bulk.checked_change(what, value, ["o1"])
    assert set(refusal.value.errors) == {field}


def test_items_of_other_courses_are_out_of_reach(sat):
    from tests.quizzes.conftest import make_sat

    other = make_sat("khac")
    foreign = ids(other, "mot-1")
    assert bulk.plan_bulk(sat.instructor, sat.course_id, foreign, "difficulty", "5").total == 0
    with pytest.raises(Forbidden):
        bulk.apply_bulk(sat.instructor, other.course_id, foreign, "difficulty", "5")
    with pytest.raises(Invalid):
        bulk.plan_bulk(sat.instructor, sat.course_id, [], "difficulty", "5")


def test_many_at_once_cost_few_queries(sat, count_queries):
    sync_bank(sat, 120)
    chosen = matching_ids(sat.course_id, BankFilter(q="nhap vao"))
    with count_queries() as queries:
        bulk.plan_bulk(sat.instructor, sat.course_id, chosen, "difficulty", "5")
    assert len(queries) <= 6


# --- content files --------------------------------------------------------------------------------


def test_items_of_the_content_folder_are_approved_and_filed_as_their_file_says(sat):
    from academy.questions.services import ItemDraft

    def draft(**filing) -> ItemDraft:
        return ItemDraft(
            key="c-1", kind="truefalse", lesson="01-van-ban", outcome="o1", difficulty=2, use_lesson=True, use_pool=True,
            spec=statement("Từ tệp"), filing=Filing(**filing),
        )  # fmt: skip

    assert sync_items(Actor.system(), sat.course_id, [draft(category="A/B", tags=["x"])])["added"] == 1
    (item_id,) = ids(sat, "c-1")
    card = card_of(item_id)
    assert (card.review, card.category, card.tags) == ("approved", "A/B", ("x",))
    assert sync_items(Actor.system(), sat.course_id, [draft(category="A/B", tags=["x"])])["unchanged"] == 1
    assert sync_items(Actor.system(), sat.course_id, [draft(category="A", tags=[])])["changed"] == 1
    assert card_of(item_id).tags == () and db.session.get(ItemCard, item_id).category == "A"
    assert find_item(sat.course_id, "c-1").version.number == 1, "where it is filed is not what it asks"



BANDS = [2807749275492757122, 1402821677326954086]
