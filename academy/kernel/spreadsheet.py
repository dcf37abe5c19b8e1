"""Tables as files: CSV and XLSX that no spreadsheet program runs as formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from academy.kernel import clock

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"

# what programs take for the start of a formula, also behind white space and in its full-width forms (OWASP)
_FORMULA = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
# XML 1.0 has no place for these
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDEST = 60


def safe_text(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet program would read it as a formula.

    The original is the text without that apostrophe. A text that begins with an apostrophe itself gets
    another, so that this stays true.
    """
    return f"'{text}" if _FORMULA.match(text) or text.startswith("'") else text


def original_text(cell: str) -> str:
    """What :func:`safe_text` was given."""
    return cell[1:] if cell.startswith("'") else cell


def to_csv(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV by RFC 4180 in UTF-8 with a byte order mark, every text quoted; days read ``dd/mm/yyyy``."""
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([safe_text(str(column)) for column in columns])
    for row in rows:
        writer.writerow([_csv_value(value) for value in row])
    return stream.getvalue().encode("utf-8-sig")


def to_xlsx(title: Any, columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """An XLSX workbook of one sheet. Texts are cells of type text, whatever they begin with; no cell is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(str(title)))
    table = [list(row) for row in rows]
    for number, column in enumerate(columns):
        longest = max([len(str(column)), *(len(_shown(row[number])) for row in table)])
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(_WIDEST, longest + 2)
    sheet.freeze_panes = "A2"
    sheet.append([_heading(sheet, str(column)) for column in columns])
    for row in table:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _csv_value(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return safe_text(_shown(value))
    return value


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return clock.local(value).strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return str(value)


def _xlsx_cell(sheet: Any, value: Any) -> WriteOnlyCell:
    if isinstance(value, date) and not isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "dd/mm/yyyy"
        return cell
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return WriteOnlyCell(sheet, value)
    return _text_cell(sheet, _shown(value))


def _text_cell(sheet: Any, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    if text:
        cell.value = _NOT_XML.sub("", text)[:32767]
        cell.data_type = "s"  # openpyxl takes what begins with "=" for a formula
        cell.number_format = "@"
        cell.quotePrefix = bool(_FORMULA.match(text))
    return cell


def _heading(sheet: Any, text: str) -> WriteOnlyCell:
    cell = _text_cell(sheet, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _sheet_title(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip() or "1"
