"""What an import would do, judged without a database."""

from __future__ import annotations

from dataclasses import replace

from academy.questions.exchange.gift import read_gift
from academy.questions.exchange.planning import Placement, Target, make_plan
from academy.questions.services import ItemDraft
from tests.questions.exchange.banks import item

TEXT = b"// [id:k]\n::k::Paris? {T}"


def target(**items) -> Target:
    return Target(
        slug="khoa",
        languages=("vi",),
        lessons={"bai-mot": {"vi": "Bài một"}},
        outcomes=frozenset({"o1", "o2"}),
        items=items,
    )


def test_where_its_author_has_filed_a_question_it_stays(app):
    known = item("k", "truefalse", {"text": {"vi": "Paris?"}, "answer": True}, outcome="o1", difficulty=5)
    draft = ItemDraft(
        key="k", kind="truefalse", lesson="bai-mot", outcome="o1", difficulty=5, use_lesson=True, use_pool=True,
        spec=known.version.spec,
    )  # fmt: skip
    known = replace(known, version=replace(known.version, hash=draft.digest))
    plan = make_plan(target(k=known), read_gift(TEXT), Placement(lang="vi", outcome="o2"))
    assert [planned.verdict for planned in plan.items] == ["unchanged"]
    assert plan.items[0].draft == draft and plan.drafts == []


def test_a_new_question_goes_where_it_says_then_where_its_category_was_put_then_by_default(app):
    text = (
        b"// [tag:academy.outcome=o2] [tag:academy.lesson=bai-mot]\na {T}\n\n// [tag:o1]\nb {T}\n\n"
        b"$CATEGORY: top/L\n\nc {T}\n\n// [tag:academy.lesson=gone] [tag:academy.difficulty=9]\nd {T}"
    )
    placement = Placement(lang="vi", lesson="", outcome="o1", categories={"L": ("bai-mot", "o2")})
    drafts = [planned.draft for planned in make_plan(target(), read_gift(text), placement).items]
    assert [(draft.lesson, draft.outcome) for draft in drafts] == [
        ("bai-mot", "o2"),
        ("", "o1"),
        ("bai-mot", "o2"),
        ("bai-mot", "o2"),
    ]
    assert {draft.difficulty for draft in drafts} == {2}
