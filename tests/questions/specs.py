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
CALCULATED = {
    "text": both("Phường có {n} tổ, mỗi tổ {a} hộ. Có bao nhiêu hộ?", "A ward has {n} groups of {a} households. How many?"),
    "explanation": both("EXPLANATION: {n} × {a} = {answer}", "EXPLANATION: {n} times {a} is {answer}"),
    "parameters": [
        {"name": "n", "min": "3", "max": "12", "step": "1"},
        {"name": "a", "values": ["25", "40", "62.5"]},
    ],
    "formula": "n * a",
    "decimals": 1,
    "tolerance": "0.5",
}
WEIGHTED_SINGLE = {
    "text": both("Làm gì trước?"),
    "credit": "weighted",
    "options": [
        {"id": "a", "text": both("Kiểm tra thẩm quyền"), "weight": "100", "feedback": both("FEEDBACK-RIGHT")},
        {"id": "b", "text": both("Hỏi cấp trên"), "weight": "40", "feedback": both("FEEDBACK-HALF")},
        {"id": "c", "text": both("Trả hồ sơ"), "weight": "0"},
        {"id": "d", "text": both("Ký ngay"), "weight": "-100", "feedback": both("FEEDBACK-WRONG")},
    ],
}
WEIGHTED_MULTIPLE = {
    "text": both("Những việc nào cần làm?"),
    "credit": "weighted",
    "options": [
        {"id": "a", "text": both("Tiếp nhận"), "weight": "33.33"},
        {"id": "b", "text": both("Thẩm tra"), "weight": "33.33"},
        {"id": "c", "text": both("Trả kết quả"), "weight": "33.33"},
        {"id": "d", "text": both("Thu thêm phí"), "weight": "-50", "feedback": both("FEEDBACK-WRONG")},
        {"id": "e", "text": both("Pha trà"), "weight": "0"},
    ],
}
NUMERIC_UNITS = {
    "text": both("Đường dài bao nhiêu?"),
    "answers": [
        {"answer": "2500", "tolerance": "1", "tolerance_as": "percent", "feedback": both("FEEDBACK-RIGHT")},
        {"answer": "5000", "weight": "50", "feedback": both("FEEDBACK-TWICE")},
        {"answer": "0", "weight": "-25"},
    ],
    "units": [{"name": "m", "factor": "1"}, {"name": "km", "factor": "1000"}, {"name": "cm", "factor": "0.01"}],
    "unit": "required",
    "unit_penalty": "0.4",
}
CLOZE_MIXED = {
    "text": {
        "vi": "Nghị định do {1} ban hành, {2} ký; hạn {3} ngày, lệ phí {4}%, lưu tại {5}.",
        "en": "Decrees come from the {1}, signed by the {2}; {3} days, a fee of {4}%, kept in the {5}.",
    },
    "bank": [
        {"id": "a", "text": both("Chính phủ")},
        {"id": "b", "text": both("Quốc hội")},
        {"id": "c", "text": both("văn thư")},
    ],
    "gaps": [
        {"id": "1", "word": "a", "weight": "2", "feedback": both("FEEDBACK-GAP")},
        {"id": "2", "options": [option("a", "Thủ tướng", correct=True), option("b", "Bộ trưởng", feedback="FEEDBACK-OPTION")]},
        {"id": "3", "number": {"answer": "15", "tolerance": "0"}},
        {"id": "4", "number": {"answer": "97.4", "tolerance": "5", "tolerance_as": "percent", "unit": "%"}},
        {"id": "5", "word": "c", "weight": "0.5"},
    ],
}
VARIANTS = {
    "weighted-single": ("single", WEIGHTED_SINGLE),
    "weighted-multiple": ("multiple", WEIGHTED_MULTIPLE),
    "numeric-units": ("numeric", NUMERIC_UNITS),
    "cloze-mixed": ("cloze", CLOZE_MIXED),
}
"""Kinds in their richer forms: name → kind and spec."""
MATRIX = {
    "text": both("Cơ quan nào ban hành?"),
    "explanation": both("EXPLANATION-MATRIX"),
    "columns": [{"id": "qh", "text": both("Quốc hội")}, {"id": "cp", "text": both("Chính phủ")}],
    "rows": [
        {"id": "r1", "text": both("Luật"), "correct": ["qh"]},
        {"id": "r2", "text": both("Nghị định"), "correct": ["cp"]},
        {"id": "r3", "text": both("Nghị quyết của Chính phủ"), "correct": ["cp"]},
    ],
}
PICTURE = {"path": "media/so-do.svg", "width": 800, "height": 600, "alt": both("Sơ đồ bộ phận một cửa")}
HOTSPOT = {
    "text": both("Chỉ hai quầy tiếp nhận."),
    "explanation": both("EXPLANATION-HOTSPOT"),
    "mode": "points",
    "picture": PICTURE,
    "regions": [
        {"id": "a", "name": both("REGION-ONE"), "shape": "rect", "coords": [100, 100, 200, 100], "correct": True},
        {"id": "b", "name": both("REGION-TWO"), "shape": "circle", "coords": [600, 300, 50], "correct": True},
        {"id": "c", "name": both("REGION-THREE"), "shape": "polygon", "coords": [10, 500, 110, 500, 60, 590],
         "feedback": both("FEEDBACK-EXIT")},
    ],
}  # fmt: skip
PLACING = {
    "mode": "text",
    "text": both("Đặt từ vào chỗ."),
    "passage": {"vi": "{1} ban hành luật, {2} ban hành nghị định.", "en": "{1} makes laws, {2} decrees."},
    "entries": [
        {"id": "x", "text": both("Quốc hội")},
        {"id": "y", "text": both("Chính phủ")},
        {"id": "z", "text": both("Ủy ban")},
    ],
    "places": [{"id": "1", "accept": ["x"]}, {"id": "2", "accept": ["y"]}],
}
PLACING_CATEGORIES = {
    "mode": "categories",
    "text": both("Xếp vào nhóm."),
    "entries": [
        {"id": "x", "text": both("Luật")},
        {"id": "y", "text": both("Nghị định")},
        {"id": "z", "text": both("Giấy mời")},
    ],
    "places": [
        {"id": "1", "text": both("Quốc hội"), "accept": ["x"]},
        {"id": "2", "text": both("Chính phủ"), "accept": ["y"]},
    ],
}
PLACING_PICTURE = {
    "mode": "picture",
    "text": both("Đặt tên vào hình."),
    "picture": PICTURE,
    "entries": PLACING["entries"],
    "places": [
        {"id": "1", "coords": [0, 0, 100, 50], "accept": ["x"]},
        {"id": "2", "coords": [700, 550, 100, 50], "accept": ["y"]},
    ],
}
RUBRIC = {
    "criteria": [
        {"id": "c1", "text": both("Lập luận"), "levels": [
            {"id": "low", "text": both("Yếu"), "points": "0"}, {"id": "high", "text": both("Tốt"), "points": "2.5"}]},
        {"id": "c2", "text": both("Ngôn ngữ"), "levels": [
            {"id": "low", "text": both("Yếu"), "points": "1"}, {"id": "high", "text": both("Tốt"), "points": "1.5"}]},
    ],
}  # fmt: skip
EXTENDED = {
    "text": both("Vì sao phải công khai thủ tục?"),
    "explanation": both("EXPLANATION-EXTENDED"),
    "words": {"min": 5, "max": 200},
    "rubric": RUBRIC,
    "rubric_shown": "after",
    "model": both("MODEL-ANSWER"),
}
FILED = {
    "text": both("Nộp báo cáo của đơn vị."),
    "formats": ["pdf", "docx"],
    "max_files": 2,
    "max_megabytes": 1,
    "rubric": RUBRIC,
    "rubric_shown": "never",
}
BY_HAND = {"extended": EXTENDED, "file": FILED}
ALL = {
    "single": SINGLE,
    "multiple": MULTIPLE,
    "truefalse": TRUEFALSE,
    "short": SHORT,
    "numeric": NUMERIC,
    "matching": MATCHING,
    "ordering": ORDERING,
    "cloze": CLOZE,
    "calculated": CALCULATED,
    "matrix": MATRIX,
    "hotspot": HOTSPOT,
    "placing": PLACING,
    **BY_HAND,
}
AUTOMATIC = {kind: spec for kind, spec in ALL.items() if kind not in BY_HAND}
