"""The PDF: every Vietnamese letter comes back from it, long names stay on the page, the bytes are always the same."""

from __future__ import annotations

import base64
import io
import json
import unicodedata
from datetime import date

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from academy.certificates.document import Signed, render, wording
from academy.certificates.lettering import unprintable
from academy.certificates.models import Certificate, DocumentFile, SigningKey
from academy.certificates.numbers import grouped, new_code, read_code
from academy.certificates.services import pdf_of
from academy.certificates.signing import canonical, is_genuine
from academy.kernel.storage import storage
from academy.kernel.text import nfc

# the letters of Vietnamese outside ASCII, both cases: 67 small, 67 capital
SMALL = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
LETTERS = SMALL + SMALL.upper()


def statement(**changes) -> dict:
    base = {
        "form": 1,
        "kind": "certificate",
        "purpose": "first",
        "issuer": {"body": "Học viện số thành phố Hà Nội", "parent": "Ủy ban nhân dân thành phố Hà Nội"},
        "place": "Hà Nội",
        "issued_on": "2026-02-05",
        "signer": {"title": "KT. Giám đốc\nPhó Giám đốc", "name": "Trần Quốc Việt"},
        "holder": {
            "full_name": "Nguyễn Thị Ánh Tuyết",
            "birth_date": "1985-03-12",
            "birth_place": "Xã Minh Châu",
            "sex": "f",
            "unit": "Ủy ban nhân dân phường Hoàn Kiếm",
            "position": "Công chức Văn phòng",
        },
        "program": {"vi": "Đọc và áp dụng văn kiện", "en": "Reading documents", "version": 3, "periods": 24},
        "class": {"code": "K52A", "title": "x", "decision_no": "123/QĐ-HVS", "decision_date": "2026-01-02"},
        "studied": {"from": "2026-01-03", "to": "2026-02-05"},
        "result": {"mark": "8.5", "band": {"vi": "Giỏi"}, "band_set": "four-1"},
        "replaces": None,
        "serial": "CC26-01-00012",
        "register_no": "0012/2026/CC",
        "code": "7Q2MK9XFAB3C4DE5FGH6J7KMNP",
        "verify_url": "https://hocvien.example/verify/7Q2MK9XFAB3C4DE5FGH6J7KMNP",
    }
    return base | changes


def pdf(**changes) -> PdfReader:
    return PdfReader(io.BytesIO(render(Signed(statement(**changes), "c2lnbmF0dXJl", "0123456789abcdef"))))


def words(reader: PdfReader) -> str:
    return unicodedata.normalize(
        "NFC", " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    )


def holder(**changes) -> dict:
    return statement()["holder"] | changes


def test_there_are_134_letters():
    assert len(set(LETTERS)) == 134


@pytest.mark.parametrize("start", range(0, 134, 34))
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_vietnamese_letter_comes_back(start, form):
    letters = LETTERS[start : start + 34]
    # in words of four, for a name of 34 letters would be broken anywhere
    name = " ".join(letters[index : index + 4] for index in range(0, len(letters), 4))
    reader = pdf(holder=holder(full_name=nfc(unicodedata.normalize(form, name))))
    assert name in words(reader)
    assert len(reader.pages) == 1


def test_every_face_is_embedded_and_knows_its_letters():
    page = pdf().pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].get_object().values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        assert "/ToUnicode" in font
        assert "AcademySerif" in font["/BaseFont"]


def test_the_document_says_what_it_must():
    text = words(pdf())
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI",
        "HỌC VIỆN SỐ THÀNH PHỐ HÀ NỘI",
        "CHỨNG CHỈ",
        "Cấp cho bà",
        "Nguyễn Thị Ánh Tuyết",
        "Sinh ngày 12/03/1985 tại Xã Minh Châu",
        "Công chức Văn phòng, Ủy ban nhân dân phường Hoàn Kiếm",
        "Đọc và áp dụng văn kiện",
        "Reading documents",
        "24 tiết, từ ngày 03/01/2026 đến ngày 05/02/2026",
        "Lớp K52A, Quyết định số 123/QĐ-HVS ngày 02/01/2026",
        "Xếp loại: Giỏi (8,5)",
        "Hà Nội, ngày 05 tháng 02 năm 2026",
        "KT. GIÁM ĐỐC",
        "PHÓ GIÁM ĐỐC",
        "Trần Quốc Việt",
        "CC26-01-00012",
        "0012/2026/CC",
        "7Q2MK 9XFAB 3C4DE 5FGH6 J7KMNP",
    ):
        assert said in text.replace("\u00a0", " "), said


def test_empty_facts_leave_no_empty_labels():
    text = words(
        pdf(
            holder=holder(birth_date=None, birth_place="", sex=None, unit="", position=""),
            program={"vi": "Khóa tự học", "en": None, "version": 1, "periods": 0},
            result={"mark": None, "band": None, "band_set": "four-1"},
            **{"class": None},
        )
    )
    assert "Cấp cho ông/bà" in text
    assert "Từ ngày 03/01/2026 đến ngày 05/02/2026" in text
    for absent in ("Sinh ngày", "Xếp loại", "Điểm", "Lớp", "None", "tiết"):
        assert absent not in text


def test_an_attestation_says_what_it_stands_for():
    old = {
        "kind": "certificate",
        "serial": "CC26-01-00002",
        "register_no": "0002/2026/CC",
        "issued_on": "2026-01-10",
    }
    lost = words(pdf(kind="attestation", purpose="replacement", replaces=old | {"reason": "mất"}))
    assert "GIẤY CHỨNG NHẬN" in lost
    assert (
        "Có giá trị như chứng chỉ số hiệu CC26-01-00002, số vào sổ gốc 0002/2026/CC, cấp ngày 10/01/2026"
        in lost
    )
    anew = words(pdf(purpose="reissue", replaces=old | {"reason": "sai tên"}))
    assert "Cấp lại, thay cho chứng chỉ số hiệu CC26-01-00002" in anew
    assert "sai tên" not in anew


LONG = {
    "holder": holder(
        full_name="Công Tằng Tôn Nữ Thị Phương Thảo Nguyên Hoàng Khánh Linh Đan " * 2,
        birth_place="Thôn Phương Đình, xã Phương Đình, huyện Đan Phượng, tỉnh Hà Tây (nay là xã Liên Minh, thành phố Hà Nội)",
        unit="Ban Quản lý dự án đầu tư xây dựng hạ tầng kỹ thuật đô thị và phát triển nông thôn mới, " * 2,
        position="Phó Trưởng phòng phụ trách Phòng Kinh tế, Hạ tầng và Đô thị kiêm Phó Chủ tịch Hội Nông dân",
    ),
    "program": {
        "vi": "Bồi dưỡng kiến thức, kỹ năng lãnh đạo, quản lý nhà nước về chuyển đổi số và đô thị thông minh "
        * 3,
        "en": "Knowledge and leadership skills in the management of digital transformation and smart cities "
        * 3,
        "version": 1,
        "periods": 480,
    },
    "issuer": {
        "body": "Trường Đào tạo cán bộ Lê Hồng Phong và Bồi dưỡng chuyên sâu về chuyển đổi số thành phố Hà Nội",
        "parent": "Ủy ban nhân dân thành phố Hà Nội, Sở Nội vụ và Sở Khoa học và Công nghệ",
    },
    "replaces": {
        "kind": "certificate",
        "serial": "CC26-01-00002",
        "register_no": "2/2026/CC",
        "issued_on": "2026-01-10",
    },
    "purpose": "replacement",
    "kind": "attestation",
}


def test_the_longest_names_wrap_inside_the_frame():
    reader = pdf(**LONG)
    assert len(reader.pages) == 1
    spots: list[tuple[float, float]] = []

    def note(text, cm, tm, _font, _size) -> None:
        if text.strip():
            x, y = tm[4], tm[5]
            spots.append((cm[0] * x + cm[2] * y + cm[4], cm[1] * x + cm[3] * y + cm[5]))

    reader.pages[0].extract_text(visitor_text=note)
    width, height = (float(side) for side in reader.pages[0].mediabox[2:])
    frame = 15 / 25.4 * 72
    assert spots
    assert all(frame < x < width - frame and frame < y < height - frame for x, y in spots)
    text = words(reader)
    assert LONG["program"]["vi"].strip() in text
    assert "Trần Quốc Việt" in text


def test_what_looks_like_markup_is_text():
    name = '#let x = 1 $a$ *đậm* `mã` [[#image("/etc/passwd")]] \\ "x"'
    assert name in words(pdf(holder=holder(full_name=name)))


def test_the_same_statement_gives_the_same_bytes():
    assert render(Signed(statement(), "a", "b")) == render(Signed(statement(), "a", "b"))
    assert render(Signed(statement(), "a", "b")) != render(
        Signed(statement(serial="CC26-01-00013"), "a", "b")
    )


def test_the_signed_statement_is_attached_and_checks(academy, session):
    academy.graduate("Nguyễn Văn An", birth_date=date(1990, 1, 1))
    academy.issue()
    row = session.scalars(select(Certificate)).one()
    reader = PdfReader(io.BytesIO(pdf_of(row.id)))
    attached = json.loads(reader.attachments["document.json"][0])
    key = session.get(SigningKey, attached["key_id"]).public_key
    assert is_genuine(attached["statement"], attached["signature"], key)
    assert attached["statement"] == row.snapshot
    forged = attached["statement"] | {
        "holder": attached["statement"]["holder"] | {"full_name": "Nguyễn Văn Bốn"}
    }
    assert not is_genuine(forged, attached["signature"], key)
    assert not is_genuine(attached["statement"], base64.b64encode(b"x" * 64).decode(), key)
    assert not is_genuine(attached["statement"], "not base64!", key)


def test_a_lost_file_is_made_again_from_the_register(academy, session):
    academy.graduate("Nguyễn Văn An")
    academy.issue()
    file = session.scalars(select(DocumentFile)).one()
    data = storage().read(file.storage_key)
    storage().path(file.storage_key).unlink()
    assert pdf_of(file.certificate_id) == data
    assert storage().read(file.storage_key) == data


def test_names_that_cannot_be_printed_are_noticed():
    assert unprintable(LETTERS + "Müller ßøł ’–“” ₫ 0123456789") == ""
    assert unprintable("ສົມສັກ") == ""
    assert unprintable("Vương 王小明 王") == "王小明"


def test_codes_are_long_unambiguous_and_read_as_typed():
    codes = {new_code() for _number in range(2000)}
    assert len(codes) == 2000
    for code in list(codes)[:50]:
        assert len(code) == 26 and not set(code) & set("ILOU")
        assert read_code(grouped(code).lower().replace(" ", "-")) == code
        assert read_code(code.replace("0", "o").replace("1", "l")) == code
    for wrong in ("", "A" * 25, "A" * 27, "U" * 26, "A" * 25 + "!", "CC26-01-00012"):
        assert read_code(wrong) is None


def test_canonical_json_does_not_depend_on_order_or_spacing():
    assert canonical({"b": "Đ", "a": [1, None]}) == '{"a":[1,null],"b":"Đ"}'.encode()


def test_days_and_months_are_written_as_in_official_papers():
    assert wording(statement(issued_on="2026-12-09"))["place_date"] == "Hà Nội, ngày 09 tháng 12 năm 2026"
    assert wording(statement(issued_on="2026-03-19"))["place_date"] == "Hà Nội, ngày 19 tháng 3 năm 2026"
