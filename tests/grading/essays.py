"""A kind of exercise that only people grade, for the tests of marking."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from academy.kernel.i18n import localized
from academy.plugins.contract import Grade
from academy.questions.types.short import Short
from tests.questions.specs import both

RUBRIC = {
    "criteria": [
        {
            "id": name,
            "text": both(title),
            "levels": [
                {"id": f"l{points}", "text": both(f"Mức {points}"), "points": str(points)} for points in range(6)
            ],
        }
        for name, title in (("dung", "Đúng nội dung"), ("lap-luan", "Lập luận"))
    ]
}
SPEC = {"text": both("Trình bày quan điểm."), "rubric": RUBRIC, "model": both("MODEL ANSWER")}
PLAIN = {"text": both("Viết thư trả lời."), "model": both("MODEL LETTER")}


class Essay(Short):
    """Answer: a text, or files; it waits for a person, and none is worth nothing at once."""

    kind = "tests:essay"
    template = "questions/short.html"
    editor = "questions/edit/short.html"
    title = {"vi": "Bài viết", "en": "Essay"}

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {"text": localized(spec["text"], lang)}

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> Any:
        return answer

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        return Grade(score=Decimal(0), pending=bool(answer), details={"length": len(answer)} if answer else {})

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {"model": localized(spec["model"], lang)}

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        return localized(spec["text"], lang)
