"""Words that a text itself shows, in the language of the text and not of its reader."""

from typing import Any

__all__ = ["WORDS"]

WORDS: dict[str, dict[str, Any]] = {
    "vi": {
        "boxes": {"note": "Ghi chú", "example": "Ví dụ", "warning": "Lưu ý", "case": "Tình huống", "summary": "Tóm tắt"},
        "validity": {
            "in_force": "Còn hiệu lực", "pending": "chưa có hiệu lực", "replaced": "đã được thay thế",
            "expired": "hết hiệu lực",
        },
        "table": "Bảng", "formula": "Công thức", "footnotes": "Chú thích", "back": "Về chỗ ghi chú thích {}",
    },
    "en": {
        "boxes": {"note": "Note", "example": "Example", "warning": "Warning", "case": "Case", "summary": "Summary"},
        "validity": {
            "in_force": "In force", "pending": "not yet in force", "replaced": "replaced", "expired": "no longer in force",
        },
        "table": "Table", "formula": "Formula", "footnotes": "Notes", "back": "Back to note {} in the text",
    },
    "de": {
        "boxes": {"note": "Hinweis", "example": "Beispiel", "warning": "Achtung", "case": "Fall", "summary": "Zusammenfassung"},
        "validity": {
            "in_force": "In Kraft", "pending": "noch nicht in Kraft", "replaced": "ersetzt", "expired": "außer Kraft",
        },
        "table": "Tabelle", "formula": "Formel", "footnotes": "Anmerkungen", "back": "Zurück zu Anmerkung {} im Text",
    },
}  # fmt: skip
