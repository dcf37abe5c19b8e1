"""Specs of every kind as an author writes them, for tests of this and higher slices."""

from __future__ import annotations


def both(vi: str, en: str | None = None) -> dict[str, str]:
    return {"vi": vi, "en": en or f"{vi} (en)"}


def option(name: str, vi: str, *, correct: bool = False, feedback: str | None = None) -> dict:
    row = {"id": name, "text": both(vi), "correct": correct}
    return row | {"feedback": both(feedback)} if feedback else row


SINGLE = {
    "text": both("Ai ký nghị định?"),
    "explanation": both("EXPLANATION-SINGLE"),
    "options": [
        option("a", "Thủ tướng", correct=True, feedback="FEEDBACK-RIGHT"),
        option("b", "Chủ tịch nước", feedback="FEEDBACK-WRONG"),
        option("c", "Bộ trưởng"),
    ],
}
MULTIPLE = {
    "text": both("Chọn văn bản quy phạm."),
    "explanation": both("EXPLANATION-MULTIPLE"),
    "options": [
        option("a", "Luật", correct=True),
        option("b", "Nghị định", correct=True),
        option("c", "Công văn"),
        option("d", "Giấy mời"),
    ],
}
TRUEFALSE = {
    "text": both("Luật có hiệu lực cao hơn thông tư."),
    "answer": True,
    "explanation": both("EXPLANATION-TRUEFALSE"),
}
SHORT = {
    "text": both("Từ nào trái nghĩa với “ác”?"),
    "accept": {"vi": ["hoà nhã", "đạo đức"], "en": ["gentle"]},
    "accents": "ignore",
}
NUMERIC = {"text": both("Bao nhiêu phần trăm?"), "answer": "97.4", "tolerance": "0.05", "unit": "%"}
MATCHING = {
    "text": both("Ghép."),
    "pairs": [
        {"id": "p1", "left": both("Luật"), "right": both("Quốc hội")},
        {"id": "p2", "left": both("Nghị định"), "right": both("Chính phủ")},
        {"id": "p3", "left": both("Thông tư"), "right": both("Bộ trưởng")},
    ],
    "distractors": [both("Phường")],
}
ORDERING = {
    "text": both("Sắp xếp."),
    "steps": [
        {"id": "s1", "text": both("Soạn")},
        {"id": "s2", "text": both("Thẩm định")},
        {"id": "s3", "text": both("Ký")},
        {"id": "s4", "text": both("Ban hành")},
    ],
}
CLOZE = {
    "text": {"vi": "Văn bản {1} trước, {2} sau.", "en": "First {1}, then {2}."},
    "gaps": [
        {"id": "1", "options": [option("a", "soạn", correct=True), option("b", "đốt")]},
        {"id": "2", "accept": {"vi": ["ký"], "en": ["sign"]}, "accents": "require"},
    ],
}
ALL = {
    "single": SINGLE,
    "multiple": MULTIPLE,
    "truefalse": TRUEFALSE,
    "short": SHORT,
    "numeric": NUMERIC,
    "matching": MATCHING,
    "ordering": ORDERING,
    "cloze": CLOZE,
}
