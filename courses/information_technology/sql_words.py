"""What is said about a query, in three languages: errors explained, differences pointed at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from academy.sdk import Feedback
from courses.information_technology.comparison import Difference
from courses.information_technology.sandbox import QueryError

LANGUAGES = ("vi", "en", "de")
MAX_SHOWN = 160

ERRORS: Mapping[str, Mapping[str, str]] = {
    "syntax": {
        "vi": "Máy không đọc được câu lệnh: dòng {line}, cột {column}, tại {what}.",
        "en": "The query cannot be read: line {line}, column {column}, at {what}.",
        "de": "Die Abfrage ist nicht lesbar: Zeile {line}, Spalte {column}, bei {what}.",
    },
    "syntax_nowhere": {
        "vi": "Máy không đọc được câu lệnh, gần {what}.",
        "en": "The query cannot be read, near {what}.",
        "de": "Die Abfrage ist nicht lesbar, nahe {what}.",
    },
    "first_word": {
        "vi": "Câu truy vấn bắt đầu bằng `SELECT` (hoặc `WITH`).",
        "en": "A query begins with `SELECT` (or `WITH`).",
        "de": "Eine Abfrage beginnt mit `SELECT` (oder `WITH`).",
    },
    "comma_before": {
        "vi": "Dấu phẩy ngay trước chỗ đó có thể bị thừa.",
        "en": "The comma just before it may be one too many.",
        "de": "Das Komma unmittelbar davor könnte zu viel sein.",
    },
    "condition_before": {
        "vi": "Sau {before} còn thiếu một điều kiện.",
        "en": "A condition is missing after {before}.",
        "de": "Nach {before} fehlt eine Bedingung.",
    },
    "look_before": {
        "vi": "Hãy xem từ đứng ngay trước: thiếu dấu phẩy, từ khóa hay dấu ngoặc nào không? Thứ tự các phần là `SELECT`, `FROM`, `WHERE`, `GROUP BY`, `HAVING`, `ORDER BY`.",
        "en": "Look at the word before it: is a comma, a keyword or a bracket missing? The parts stand in the order `SELECT`, `FROM`, `WHERE`, `GROUP BY`, `HAVING`, `ORDER BY`.",
        "de": "Sehen Sie das Wort davor an: Fehlt ein Komma, ein Schlüsselwort oder eine Klammer? Die Teile stehen in der Reihenfolge `SELECT`, `FROM`, `WHERE`, `GROUP BY`, `HAVING`, `ORDER BY`.",
    },
    "no_column": {
        "vi": "Không có cột {what}. Các cột dùng được: {known}.",
        "en": "There is no column {what}. These can be used: {known}.",
        "de": "Es gibt keine Spalte {what}. Verwendbar sind: {known}.",
    },
    "no_table": {
        "vi": "Không có bảng {what}. Các bảng ở đây: {known}.",
        "en": "There is no table {what}. The tables here: {known}.",
        "de": "Es gibt keine Tabelle {what}. Die Tabellen hier: {known}.",
    },
    "unquoted": {
        "vi": "Nếu đó là một giá trị chứ không phải tên cột, hãy đặt trong dấu nháy đơn: `'{bare}'`.",
        "en": "If it is a value and no column, put it in single quotes: `'{bare}'`.",
        "de": "Wenn es ein Wert und keine Spalte ist, setzen Sie ihn in einfache Anführungszeichen: `'{bare}'`.",
    },
    "similar": {
        "vi": "Có phải ý Anh/Chị là {what}?",
        "en": "Did you mean {what}?",
        "de": "Meinten Sie {what}?",
    },
    "no_function": {
        "vi": "Không có hàm {what}.",
        "en": "There is no function {what}.",
        "de": "Es gibt keine Funktion {what}.",
    },
    "ambiguous": {
        "vi": "Cột {what} có ở nhiều bảng: viết tên bảng phía trước, ví dụ `d.{bare}`.",
        "en": "Several tables have a column {what}: put the table's name before it, for instance `d.{bare}`.",
        "de": "Mehrere Tabellen haben eine Spalte {what}: Stellen Sie den Namen der Tabelle davor, etwa `d.{bare}`.",
    },
    "aggregate": {
        "vi": "Hàm tổng hợp {what} không dùng được ở chỗ này. Điều kiện về cả nhóm viết trong `HAVING`, sau `GROUP BY`.",
        "en": "The aggregate {what} cannot stand here. A condition on a whole group goes into `HAVING`, after `GROUP BY`.",
        "de": "Die Aggregatfunktion {what} kann hier nicht stehen. Eine Bedingung an eine ganze Gruppe gehört in `HAVING`, nach `GROUP BY`.",
    },
    "arguments": {
        "vi": "Hàm {what} nhận số tham số khác.",
        "en": "The function {what} takes another number of arguments.",
        "de": "Die Funktion {what} erwartet eine andere Zahl von Argumenten.",
    },
    "incomplete": {
        "vi": "Câu lệnh dừng giữa chừng: còn thiếu phần cuối, hoặc một dấu ngoặc chưa đóng.",
        "en": "The query stops half-way: its end is missing, or a bracket is not closed.",
        "de": "Die Abfrage bricht mittendrin ab: Das Ende fehlt, oder eine Klammer ist nicht geschlossen.",
    },
    "quote": {
        "vi": "Máy không hiểu {what}. Thường là do một dấu nháy thiếu dấu đóng; văn bản đặt trong dấu nháy đơn thẳng, ví dụ `'LAND'`.",
        "en": "{what} is not understood. Often a quotation mark lacks its partner; text stands in straight single quotes, for instance `'LAND'`.",
        "de": "{what} wird nicht verstanden. Oft fehlt einem Anführungszeichen das zweite; Text steht in geraden einfachen Anführungszeichen, etwa `'LAND'`.",
    },
    "nested": {
        "vi": "Câu lệnh lồng quá nhiều tầng hoặc dùng quá nhiều bảng. Hãy viết đơn giản hơn.",
        "en": "The query is nested too deeply or uses too many tables. Write it more simply.",
        "de": "Die Abfrage ist zu tief verschachtelt oder benutzt zu viele Tabellen. Schreiben Sie sie einfacher.",
    },
    "sqlite": {
        "vi": "SQLite báo: {what}",
        "en": "SQLite says: {what}",
        "de": "SQLite meldet: {what}",
    },
    "function": {
        "vi": "Hàm {what} không dùng được ở đây.",
        "en": "The function {what} is not available here.",
        "de": "Die Funktion {what} ist hier nicht verfügbar.",
    },
    "printf": {
        "vi": "Để làm tròn, dùng `ROUND(x, 1)`.",
        "en": "To round, use `ROUND(x, 1)`.",
        "de": "Zum Runden dient `ROUND(x, 1)`.",
    },
    "table": {
        "vi": "Không đọc được {what}. Các bảng ở đây: {known}.",
        "en": "{what} cannot be read. The tables here: {known}.",
        "de": "{what} ist nicht lesbar. Die Tabellen hier: {known}.",
    },
    "read_only": {
        "vi": "Ở đây chỉ đọc dữ liệu, không thay đổi gì: hãy viết một câu `SELECT`.",
        "en": "Here data is only read, nothing is changed: write a `SELECT`.",
        "de": "Hier werden Daten nur gelesen, nichts wird geändert: Schreiben Sie ein `SELECT`.",
    },
    "now": {
        "vi": "Dữ liệu này không đổi theo ngày hôm nay: hãy viết một ngày cụ thể, ví dụ `'2025-08-31'`.",
        "en": "This data does not depend on today: write a certain day, for instance `'2025-08-31'`.",
        "de": "Diese Daten hängen nicht vom heutigen Tag ab: Schreiben Sie einen bestimmten Tag, etwa `'2025-08-31'`.",
    },
    "many": {
        "vi": "Chỉ được viết một câu lệnh; hãy bỏ phần sau dấu chấm phẩy.",
        "en": "Write one statement only; leave out what follows the semicolon.",
        "de": "Schreiben Sie nur eine Anweisung; lassen Sie weg, was nach dem Semikolon kommt.",
    },
    "empty": {
        "vi": "Chưa có câu truy vấn nào.",
        "en": "There is no query yet.",
        "de": "Es steht noch keine Abfrage da.",
    },
    "work": {
        "vi": "Câu truy vấn cần quá nhiều bước nên đã bị dừng. Khi nối bảng, có thiếu điều kiện `ON` không? Truy vấn đệ quy có điểm dừng không?",
        "en": "The query needs too much work and was stopped. Is the condition `ON` missing where tables are joined? Does a recursive query have an end?",
        "de": "Die Abfrage braucht zu viel Arbeit und wurde abgebrochen. Fehlt beim Verbinden von Tabellen die Bedingung `ON`? Hat eine rekursive Abfrage ein Ende?",
    },
    "rows": {
        "vi": "Kết quả có hơn 1.000 dòng nên đã bị dừng. Khi nối bảng, có thiếu điều kiện `ON` không?",
        "en": "The result has more than 1,000 rows and was stopped. Is the condition `ON` missing where tables are joined?",
        "de": "Das Ergebnis hat mehr als 1.000 Zeilen und wurde abgebrochen. Fehlt beim Verbinden von Tabellen die Bedingung `ON`?",
    },
    "size": {
        "vi": "Kết quả quá lớn. Hãy chọn ít cột hoặc ít dòng hơn.",
        "en": "The result is too large. Choose fewer columns or rows.",
        "de": "Das Ergebnis ist zu groß. Wählen Sie weniger Spalten oder Zeilen.",
    },
    "value": {
        "vi": "Một ô của kết quả dài quá 4.000 ký tự.",
        "en": "A value became longer than 4,000 characters.",
        "de": "Ein Wert wurde länger als 4.000 Zeichen.",
    },
}

_ALIASES = {
    "write": "read_only",
    "attach": "read_only",
    "pragma": "read_only",
    "transaction": "read_only",
    "explain": "read_only",
    "steps": "work",
    "time": "work",
    "memory": "work",
}

_COMPLAINTS = (
    (re.compile(r"no such column: (.+)"), "no_column"),
    (re.compile(r"no such table: (.+)"), "no_table"),
    (re.compile(r"no such function: (.+)"), "no_function"),
    (re.compile(r"ambiguous column name: (.+)"), "ambiguous"),
    (re.compile(r"misuse of aggregate:? (?:function )?(.+)"), "aggregate"),
    (re.compile(r"wrong number of arguments to function (.+)"), "arguments"),
    (re.compile(r"incomplete input"), "incomplete"),
    (re.compile(r'unrecognized token: "(.+)"', re.DOTALL), "quote"),
    (
        re.compile(
            r"parser stack overflow|Expression tree is too large.*|too many (?!columns|arguments).*|at most.*"
        ),
        "nested",
    ),
)


def error_feedback(query: str, error: QueryError, tables: Mapping[str, Sequence[str]]) -> list[Feedback]:
    """What went wrong, and what to look at.

    Args:
        tables: columns by table, to name what there is.
    """
    return [Feedback(text=text, tone="wrong") for text in _error_texts(query, error, tables)]


def _error_texts(
    query: str, error: QueryError, tables: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, str]]:
    if error.kind == "syntax":
        yield from _syntax(query, error)
    elif error.kind == "sqlite":
        yield from _complaint(error.what, tables)
    elif error.kind == "table":
        yield _say("table", what=code(error.what), known=_list(tables))
    else:
        yield _say(_ALIASES.get(error.kind, error.kind), what=code(error.what.upper()))
        if error.what in ("printf", "format"):
            yield _say("printf")


def _syntax(query: str, error: QueryError) -> Iterator[dict[str, str]]:
    if error.at is None:
        yield _say("syntax_nowhere", what=code(error.what))
        return
    line, column = place(query, error.at)
    yield _say("syntax", line=line, column=column, what=code(error.what))
    before = query[: error.at].rstrip()
    last_word = re.search(r"\w+\Z", before)
    if not before:
        yield _say("first_word")
    elif before.endswith(","):
        yield _say("comma_before")
    elif last_word and last_word[0].upper() in ("AND", "OR", "WHERE", "NOT", "ON", "HAVING"):
        yield _say("condition_before", before=code(last_word[0]))
    else:
        yield _say("look_before")


def _complaint(words: str, tables: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    for pattern, key in _COMPLAINTS:
        found = pattern.fullmatch(words)
        if not found:
            continue
        what = found[1].removesuffix("()") if pattern.groups else ""
        if key == "no_column" and set(what) & set("‘’“”„´"):
            key = "quote"
        known = _known(key, tables)
        yield _say(key, what=code(what), bare=re.sub(r"\W", "", what), known=_list(known))
        if similar := get_close_matches(
            what.rpartition(".")[2].lower(), [name.lower() for name in known], 1, 0.6
        ):
            yield _say("similar", what=code(similar[0]))
        elif key == "no_column" and what.isidentifier():
            yield _say("unquoted", bare=what)
        return
    yield _say("sqlite", what=code(words))


def _known(key: str, tables: Mapping[str, Sequence[str]]) -> list[str]:
    if key == "no_column":
        return list(dict.fromkeys(column for columns in tables.values() for column in columns))
    return list(tables) if key == "no_table" else []


def place(query: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    before = query[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def difference_feedback(found: Difference) -> list[Feedback]:
    """What the result misses on the data shown."""
    return [Feedback(text=text, tone="wrong") for text in _difference_texts(found)]


def _difference_texts(found: Difference) -> Iterator[dict[str, str]]:
    if found.kind == "columns":
        yield _from(COLUMNS, got=found.got, expected=found.expected)
    elif found.kind == "rows":
        yield _from(ROWS, got=found.got, expected=found.expected)
        yield _from(TOO_MANY if found.got > found.expected else TOO_FEW)
    elif found.kind == "order":
        yield _from(ORDER, number=found.number, got=row_text(found.got), expected=row_text(found.expected))
    else:
        words = VALUES if found.number else ANY_VALUES
        yield _from(words, number=found.number, got=row_text(found.got), expected=row_text(found.expected))
        if any(isinstance(one, str) != isinstance(other, str) and str(one) == str(other)
               for one, other in zip(found.got, found.expected, strict=True)):  # fmt: skip
            yield _from(TEXT_OR_NUMBER)


COLUMNS = {
    "vi": "Kết quả có {got} cột, đề bài cần {expected} cột.",
    "en": "Columns in your result: {got}; asked for: {expected}.",
    "de": "Spalten in Ihrem Ergebnis: {got}; verlangt: {expected}.",
}
ROWS = {
    "vi": "Kết quả có {got} dòng, đúng ra là {expected} dòng.",
    "en": "Rows in your result: {got}; there should be: {expected}.",
    "de": "Zeilen in Ihrem Ergebnis: {got}; es sollten sein: {expected}.",
}
TOO_MANY = {
    "vi": "Thừa dòng: thiếu một điều kiện, hay phép nối làm một dòng lặp lại?",
    "en": "Too many rows: is a condition missing, or does a join repeat rows?",
    "de": "Zu viele Zeilen: Fehlt eine Bedingung, oder verdoppelt eine Verbindung Zeilen?",
}
TOO_FEW = {
    "vi": "Thiếu dòng: điều kiện có quá chặt không, ô trống (NULL) có bị loại không, `JOIN` có làm mất dòng không khớp không?",
    "en": "Too few rows: is a condition too strict, are empty cells (NULL) dropped, does a `JOIN` lose rows without a partner?",
    "de": "Zu wenige Zeilen: Ist eine Bedingung zu eng, fallen leere Zellen (NULL) weg, verliert ein `JOIN` Zeilen ohne Gegenstück?",
}
ORDER = {
    "vi": "Đủ và đúng các dòng, nhưng thứ tự chưa đúng. Dòng {number} là {got}, đúng ra là {expected}.",
    "en": "The rows are right, their order is not. Row {number} is {got}; it should be {expected}.",
    "de": "Die Zeilen stimmen, ihre Reihenfolge nicht. Zeile {number} ist {got}; es sollte {expected} sein.",
}
VALUES = {
    "vi": "Dòng {number} là {got}, đúng ra là {expected}.",
    "en": "Row {number} is {got}; it should be {expected}.",
    "de": "Zeile {number} ist {got}; es sollte {expected} sein.",
}
ANY_VALUES = {
    "vi": "Số dòng đúng nhưng nội dung chưa đúng: có {got}, còn thiếu {expected}.",
    "en": "The number of rows is right, their values are not: there is {got}, but {expected} is missing.",
    "de": "Die Zahl der Zeilen stimmt, ihre Werte nicht: Es gibt {got}, aber {expected} fehlt.",
}
TEXT_OR_NUMBER = {
    "vi": "Chú ý: `'5'` là văn bản, `5` là số; máy coi là khác nhau.",
    "en": "Note: `'5'` is a text and `5` a number; they are not equal.",
    "de": "Beachten Sie: `'5'` ist ein Text und `5` eine Zahl; sie sind nicht gleich.",
}
RIGHT = {
    "vi": "Đúng trên dữ liệu đã cho và trên một bộ dữ liệu khác.",
    "en": "Right on the data shown and on another data set.",
    "de": "Richtig für die gezeigten und für andere Daten.",
}
ONLY_SHOWN = {
    "vi": "Đúng trên dữ liệu đã cho nhưng sai trên một bộ dữ liệu khác cùng cấu trúc. Đừng chép sẵn mã hay con số từ kết quả; hãy xem điều kiện có đúng nghĩa đề bài không.",
    "en": "Right on the data shown, but not on other data of the same form. Do not write down codes or figures from the result; check that the conditions say what is asked.",
    "de": "Richtig für die gezeigten Daten, aber nicht für andere der gleichen Form. Schreiben Sie keine Kennungen oder Zahlen aus dem Ergebnis hin; prüfen Sie, ob die Bedingungen sagen, was gefragt ist.",
}
NO_TABLE_READ = {
    "vi": "Câu truy vấn không đọc bảng nào nên không thể trả lời cho dữ liệu khác.",
    "en": "The query reads no table, so it cannot answer for other data.",
    "de": "Die Abfrage liest keine Tabelle und kann daher für andere Daten nichts sagen.",
}
ON_PAPER = {
    "vi": "Viết một câu truy vấn SQL. Không yêu cầu đúng cách trình bày.",
    "en": "Write one SQL query. Its layout does not matter.",
    "de": "Schreiben Sie eine SQL-Abfrage. Auf die Anordnung kommt es nicht an.",
}
EMPTY = {
    "vi": "Chưa có câu trả lời.",
    "en": "No answer was given.",
    "de": "Es wurde keine Antwort gegeben.",
}


def code(text: str) -> str:
    """A text as a Markdown code span, whatever signs are in it."""
    text = " ".join(str(text).split())
    text = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def cell_text(value: Any) -> str:
    """A value as SQL would write it: ``'LAND'``, ``5``, ``NULL``."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def row_text(row: Sequence[Any]) -> str:
    return code(", ".join(map(cell_text, row)))


def _list(names: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(code(name) for name in names)


def _say(key: str, **parts: Any) -> dict[str, str]:
    return _from(ERRORS[key], **parts)


def _from(words: Mapping[str, str], **parts: Any) -> dict[str, str]:
    return {language: words[language].format(**parts) for language in LANGUAGES}
