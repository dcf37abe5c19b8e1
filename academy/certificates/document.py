"""From what a document says to its PDF: PDF/A-3 with the faces embedded and the signed statement attached.

The same statement always gives the same bytes. Texts are in Vietnamese, the language of the register, with the
English title beside it where there is one.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import segno
import typst

from academy.certificates.numbers import grouped
from academy.certificates.signing import canonical
from academy.kernel import clock
from academy.kernel.typesetting import faces

ROOT = Path(__file__).parent
TEMPLATE = ROOT / "typst" / "document.typ"
INK = "#1d1b1a"
STANDARD = "a-3b"
NO_BREAK = "\u00a0"

HEADINGS = {
    "certificate": ("CHỨNG CHỈ", "Hoàn thành chương trình bồi dưỡng", "Certificate of completion"),
    "attestation": ("GIẤY CHỨNG NHẬN", "Hoàn thành chương trình bồi dưỡng", "Attestation of completion"),
}
KIND_NAMES = {"certificate": "chứng chỉ", "attestation": "giấy chứng nhận"}
ADDRESS = {"m": "ông", "f": "bà"}

_compiling = Lock()


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement of :mod:`academy.certificates.snapshot` with its signature."""

    statement: Mapping[str, Any]
    signature: str
    key_id: str


def render(signed: Signed) -> bytes:
    """The PDF, one page A4 landscape."""
    texts = wording(signed.statement)
    proof = {"statement": signed.statement, "signature": signed.signature, "key_id": signed.key_id}
    data = texts | {
        "qr": _qr(signed.statement["verify_url"]),
        "statement": canonical(proof).decode(),
        "statement_about": "Nội dung văn bản kèm chữ ký số của hệ thống (Ed25519)",
    }
    issued = clock.day_start(date.fromisoformat(signed.statement["issued_on"]))
    with _compiling:  # a compiler serves one document at a time
        return _compiler().compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=STANDARD,
            timestamp=int(issued.timestamp()),
        )


def wording(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of the document, as the template sets them."""
    heading, subheading, heading_en = HEADINGS[statement["kind"]]
    holder, program = statement["holder"], statement["program"]
    url, code = statement["verify_url"], statement["code"]
    return {
        "title": f"{heading.capitalize()} {statement['serial']}",
        "serial": statement["serial"],
        "parent": statement["issuer"]["parent"].upper(),
        "issuer": statement["issuer"]["body"].upper(),
        "heading": heading,
        "subheading": subheading,
        "heading_en": heading_en,
        "awarded": f"Cấp cho {ADDRESS.get(holder['sex'], 'ông/bà')}",
        "name": holder["full_name"],
        "about": _about(holder),
        "completed": "Đã hoàn thành chương trình",
        "program": program["vi"],
        "program_en": program["en"],
        "facts": _facts(statement),
        "note": _note(statement),
        "numbers": [["Số hiệu:", statement["serial"]], ["Số vào sổ gốc:", statement["register_no"]]],
        "check": "Kiểm tra tại:",
        "address": url.removesuffix(code),
        "code": grouped(code),
        "qr_alt": f"Mã QR dẫn đến trang kiểm tra {url}",
        "place_date": _place_date(statement),
        "signer_title": [line for line in statement["signer"]["title"].upper().splitlines() if line],
        "signer_name": statement["signer"]["name"],
    }


def _about(holder: Mapping[str, Any]) -> list[str]:
    lines = []
    if holder["birth_date"]:
        place = f" tại {holder['birth_place']}" if holder["birth_place"] else ""
        lines.append(f"Sinh ngày {_date(holder['birth_date'])}{place}")
    work = ", ".join(part for part in (holder["position"], holder["unit"]) if part)
    if work:
        lines.append(work)
    return lines


def _facts(statement: Mapping[str, Any]) -> list[str]:
    studied, run, result = statement["studied"], statement["class"], statement["result"]
    days = f"từ ngày {_date(studied['from'])} đến ngày {_date(studied['to'])}"
    periods = statement["program"]["periods"]
    first = f"{periods}{NO_BREAK}tiết, {days}" if periods else days[0].upper() + days[1:]
    lines = [first]
    if run:
        decision = f", Quyết định số {run['decision_no']}" if run["decision_no"] else ""
        if decision and run["decision_date"]:
            decision += f" ngày {_date(run['decision_date'])}"
        lines.append(f"Lớp {run['code']}{decision}")
    if result["band"]:
        lines.append(f"Xếp loại: {result['band']['vi']} ({result['mark'].replace('.', ',')})")
    elif result["mark"] is not None:
        lines.append(f"Điểm: {result['mark'].replace('.', ',')}")
    return lines


def _note(statement: Mapping[str, Any]) -> str | None:
    """What a document that follows another says about that."""
    old = statement["replaces"]
    if old is None:
        return None
    named = f"{KIND_NAMES[old['kind']]} số hiệu {old['serial']}, số vào sổ gốc {old['register_no']}"
    named += f", cấp ngày {_date(old['issued_on'])}"
    if statement["purpose"] == "replacement":
        return f"Có giá trị như {named}, đã bị mất hoặc hư hỏng."
    return f"Cấp lại, thay cho {named}."


def _place_date(statement: Mapping[str, Any]) -> str:
    """``Hà Nội, ngày 05 tháng 02 năm 2026``: days below 10 and the months 1 and 2 with a zero (Decree 30/2020)."""
    day = date.fromisoformat(statement["issued_on"])
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{statement['place']}, ngày {day.day:02d} tháng {month} năm {day.year}"


def _date(iso: str) -> str:
    return date.fromisoformat(iso).strftime("%d/%m/%Y")


def _qr(url: str) -> str:
    drawing = io.BytesIO()
    # any mask can be read; trying all eight for the prettiest costs as much as the rest of the page
    segno.make(url, error="m", mask=2, micro=False, boost_error=False).save(
        drawing, kind="svg", border=0, xmldecl=False, dark=INK
    )
    return drawing.getvalue().decode()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=faces(), ignore_system_fonts=True)
