"""Importing people: line by line, all or nothing, and nothing twice."""

from __future__ import annotations

import contextlib
import csv
import io
import random
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from academy.accounts.models import Account
from academy.audit.chain import verify
from academy.audit.models import AuditEntry
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.jobs import run_all
from academy.organization import queries, services
from academy.organization.errors import ListOutdated, UnreadableList
from academy.organization.import_problems import line_texts
from academy.organization.models import PeopleImport, PeopleImportLine, Person, Posting
from tests.factories import create_actor, create_unit

HEAD = ["Mã cán bộ", "Họ và tên", "Tên đăng nhập", "Mã đơn vị", "Ngày sinh", "Chức danh", "Giới tính"]


@pytest.fixture
def city(app):
    return create_unit("Thành phố Hà Nội")


@pytest.fixture
def wards(city):
    return [
        services.create_unit(Actor.system(), name=name, kind="ward", parent_id=city.id, code=code, valid_from=date(2025, 7, 1))
        for name, code in (("Phường Hoàn Kiếm", "HN-P01"), ("Phường Láng", "HN-P12"))
    ]


@pytest.fixture
def admin(city):
    return create_actor(Role.ADMINISTRATOR, unit=city)


def as_csv(rows, *, encoding="utf-8", delimiter=",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for row in book.active.iter_rows():
        for cell in row:
            if cell.data_type == "f":  # what begins with = is text here, as if it had been typed so
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def people_rows():
    return [
        HEAD,
        ["CB01", "Nguyễn Thị Hòa", "hoa.nt", "HN-P01", "05/09/1985", "Văn thư", "Nữ"],
        ["CB02", "Đặng Văn Ưng", "", "HN-P12", "1/2/1990", "Kế toán", "nam"],
        ["CB03", "Hoàng Ỷ Lan", "", "HN-P12", "", "", ""],
    ]


def lines_of(stored: PeopleImport, verdict: str = ""):
    return queries.stored_lines(stored.id, verdict=verdict, limit=10_000)


def problems_of(stored: PeopleImport) -> dict[int, list[tuple[str, str]]]:
    return {line.number: [(p.field, p.code) for p in line.problems] for line in lines_of(stored, "error")}


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_a_list_is_checked_confirmed_and_written(admin, wards, make):
    stored = services.start_import(admin, make(people_rows()), "can-bo.xlsx")
    assert stored.summary["counts"] == {"new": 3, "changed": 0, "unchanged": 0, "error": 0}
    assert db.session.query(Person).filter(Person.external_key.is_not(None)).count() == 0
    services.confirm_import(admin, stored.id)
    person = db.session.query(Person).filter_by(external_key="CB01").one()
    assert (person.full_name, person.birth_date, person.sex, person.unit_id) == (
        "Nguyễn Thị Hòa", date(1985, 9, 5), "f", wards[0].id,
    )  # fmt: skip
    account = db.session.get(Account, person.account_id)
    assert (account.username, account.password_hash, account.must_change_password) == ("hoa.nt", None, True)
    assert queries.list_people(admin, text="ung").items[0].position == {"vi": "Kế toán"}
    entries = db.session.query(AuditEntry).filter_by(act="person.create", person_id=person.id).all()
    assert len(entries) == 1
    assert db.session.query(AuditEntry).filter_by(act="people.import").one().details["new"] == 3
    assert verify().broken_at is None
    assert services.recompute_places(check=True) == 0


@pytest.mark.parametrize("make", [as_csv, as_xlsx])
def test_the_same_list_again_changes_nothing(admin, wards, make):
    services.import_at_once(admin, make(people_rows()), "a")
    before = db.session.query(AuditEntry).count()
    stored = services.import_at_once(admin, make(people_rows()), "a")
    assert stored.summary["counts"] == {"new": 0, "changed": 0, "unchanged": 3, "error": 0}
    assert db.session.query(AuditEntry).count() == before
    assert db.session.query(Posting).count() == 3
    with pytest.raises(Conflict):
        services.confirm_import(admin, stored.id)


def test_a_list_with_postings_to_come_is_idempotent_too(admin, wards):
    rows = [[*HEAD, "Từ ngày"], [*people_rows()[1], "01/01/2099"]]
    services.import_at_once(admin, as_csv(rows), "a")
    assert db.session.query(Person).filter_by(external_key="CB01").one().unit_id is None
    assert services.import_at_once(admin, as_csv(rows), "a").summary["counts"]["unchanged"] == 1


def test_three_bad_lines_import_nothing_and_list_three_reasons(admin, wards):
    rows = people_rows()
    rows[1][3] = "HN-X99"
    rows[2][4] = "31/02/1990"
    rows[3][1] = ""
    rows.append(["CB04", "Lê Văn Tám", "", "HN-P01", "", "", ""])
    stored = services.start_import(admin, as_csv(rows), "a.csv")
    assert stored.summary["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "error": 3}
    assert problems_of(stored) == {
        2: [("unit", "unknown_unit")],
        3: [("birth_date", "date")],
        4: [("full_name", "missing")],
    }
    with pytest.raises(Conflict):
        services.confirm_import(admin, stored.id)
    with pytest.raises(Invalid) as refused:
        services.import_at_once(admin, as_csv(rows), "a.csv")
    assert set(refused.value.errors) == {"line 2", "line 3", "line 4"}
    assert db.session.query(Person).filter(Person.external_key.is_not(None)).count() == 0


FAULTS = [
    ({"full_name": ""}, ("full_name", "missing")),
    ({"full_name": "Lê V4n"}, ("full_name", "name_letters")),
    ({"full_name": "=HYPERLINK(1)"}, ("full_name", "name_letters")),
    ({"full_name": "L" * 201}, ("full_name", "too_long")),
    ({"external_key": "", "username": ""}, ("external_key", "no_key")),
    ({"username": "hai từ"}, ("username", "username")),
    ({"username": "<b>"}, ("username", "username")),
    ({"username": "TAKEN"}, ("username", "taken_username")),
    ({"unit": ""}, ("unit", "no_unit")),
    ({"unit": "nowhere"}, ("unit", "unknown_unit")),
    ({"unit": "CLOSED"}, ("unit", "closed_unit")),
    ({"starts_on": "01/01/2020"}, ("unit", "not_yet_unit")),
    ({"birth_date": "1985"}, ("birth_date", "date")),
    ({"birth_date": "13/13/1985"}, ("birth_date", "date")),
    ({"birth_date": "05/09/85"}, ("birth_date", "date")),
    ({"birth_date": "05/09/2085"}, ("birth_date", "birth_date")),
    ({"birth_date": "05/09/1885"}, ("birth_date", "birth_date")),
    ({"birth_date": 31290}, ("birth_date", "date_number")),
    ({"sex": "?"}, ("sex", "sex")),
    ({"kind": "vua"}, ("kind", "kind")),
    ({"personal_number": "12345"}, ("personal_number", "personal_number")),
    ({"personal_number": 1190000001}, ("personal_number", "personal_number")),
    ({"personal_number": "001190000001"}, ("personal_number", "taken_number")),
    ({"email": "không@"}, ("email", "email")),
    ({"phone": "gọi tôi"}, ("phone", "phone")),
    ({"external_key": "K" * 81}, ("external_key", "too_long")),
]
FIELDS = {
    "external_key": "Staff code", "full_name": "Full name", "username": "User name", "unit": "Unit code",
    "birth_date": "Date of birth", "sex": "Sex", "kind": "Kind", "personal_number": "Personal number",
    "email": "E-mail", "phone": "Phone", "starts_on": "From", "position": "Position",
}  # fmt: skip


def sheet_of(*lines: dict) -> bytes:
    good = {"external_key": "K1", "full_name": "Lê Văn Tám", "unit": "HN-P01"}
    return as_xlsx([list(FIELDS.values()), *([(good | line).get(name, "") for name in FIELDS] for line in lines)])


@pytest.mark.parametrize(("fault", "expected"), FAULTS)
def test_each_fault_is_named_with_its_field_reason_and_remedy(admin, wards, city, fault, expected):
    closed = services.create_unit(admin, name="Phường Cũ", kind="ward", parent_id=city.id, code="CLOSED", valid_from=date(2025, 7, 1))
    services.close_unit(admin, closed.id, last_day=date(2025, 12, 31))
    services.create_person(
        admin, full_name="Trần Thị Bình", username="taken", personal_number="001190000001", external_key="X"
    )
    stored = services.start_import(admin, sheet_of(fault), "a.xlsx")
    assert problems_of(stored) == {2: [expected]}
    [problem] = lines_of(stored)[0].problems
    reason, remedy = line_texts(problem.code, problem.params)
    assert len(reason) > 10 and len(remedy) > 5 and "%" not in reason + remedy


def test_lines_that_repeat_each_other_name_the_first(admin, wards):
    stored = services.start_import(
        admin,
        sheet_of(
            {"username": "Hòa", "personal_number": "001190000001"},
            {"external_key": "K1"},
            {"external_key": "K3", "username": "hoa"},
            {"external_key": "K4", "personal_number": "001190000001"},
        ),
        "a.xlsx",
    )
    assert problems_of(stored) == {
        3: [("external_key", "same_key")],
        4: [("username", "same_username")],
        5: [("personal_number", "same_number")],
    }
    assert lines_of(stored, "error")[0].problems[0].params == {"line": 2}


def test_changes_are_shown_before_they_are_made_and_empty_cells_change_nothing(admin, wards):
    services.import_at_once(admin, sheet_of({"phone": "0912345678", "personal_number": "001190000001"}), "a")
    changed = {"full_name": "Lê Văn Chín", "unit": "HN-P12", "personal_number": "001190000002", "position": "Kế toán"}
    stored = services.start_import(admin, sheet_of(changed), "b")
    [line] = lines_of(stored)
    assert [(change.field, change.before, change.after) for change in line.changes] == [
        ("full_name", "Lê Văn Tám", "Lê Văn Chín"),
        ("personal_number", "001•••••••01", "001•••••••02"),
        ("unit", "Phường Hoàn Kiếm", "Phường Láng"),
        ("position", "", "Kế toán"),
    ]
    services.confirm_import(admin, stored.id)
    person = db.session.query(Person).filter_by(external_key="K1").one()
    assert (person.full_name, person.unit_id, person.phone) == ("Lê Văn Chín", wards[1].id, "0912345678")
    acts = [entry.act for entry in db.session.query(AuditEntry).filter_by(person_id=person.id)]
    assert acts == ["person.create", "person.update", "person.post", "person.leave_unit", "person.join_unit"]
    assert services.import_at_once(admin, sheet_of(changed), "b").summary["counts"]["unchanged"] == 1


def test_people_are_known_by_user_name_where_there_is_no_code(admin, wards):
    rows = [["Họ và tên", "Tên đăng nhập", "Đơn vị"], ["Lê Văn Tám", "tam.lv", "phuong lang"]]
    services.import_at_once(admin, as_csv(rows), "a")
    rows[1][0] = "Lê Văn Chín"
    stored = services.import_at_once(admin, as_csv(rows), "a")
    assert stored.summary["counts"]["changed"] == 1
    assert db.session.query(Person).filter_by(full_name="Lê Văn Chín").one().unit_id == wards[1].id


def test_a_user_name_is_given_once_and_not_changed(admin, wards):
    services.import_at_once(admin, sheet_of({}), "a")
    stored = services.import_at_once(admin, sheet_of({"username": "tam.lv"}), "a")
    assert stored.summary["counts"]["changed"] == 1
    assert services.import_at_once(admin, sheet_of({"username": "Tam.LV"}), "a").summary["counts"]["unchanged"] == 1
    stored = services.start_import(admin, sheet_of({"username": "other"}), "a")
    assert problems_of(stored) == {2: [("username", "other_username")]}


def test_an_officer_imports_only_into_own_units_and_learns_nothing_of_others(admin, wards):
    services.import_at_once(admin, sheet_of({"unit": "HN-P12", "username": "secret.name"}), "a")
    officer = create_actor(Role.TRAINING_OFFICER, unit=wards[0])
    stored = services.start_import(officer, sheet_of({"username": "x", "full_name": "Kẻ Lạ"}), "a")
    assert problems_of(stored) == {2: [("external_key", "elsewhere")]}
    assert lines_of(stored)[0].changes == []
    stored = services.start_import(officer, sheet_of({"external_key": "K9", "unit": "HN-P12"}), "a")
    assert problems_of(stored) == {2: [("unit", "foreign_unit")]}
    with pytest.raises(Forbidden):
        services.start_import(officer, sheet_of({}), "a", unit_id=wards[1].id)
    with pytest.raises(NotFound):
        services.get_import(admin, stored.id)
    stored = services.import_at_once(officer, sheet_of({"external_key": "K8", "unit": ""}), "a", unit_id=wards[0].id)
    assert db.session.query(Person).filter_by(external_key="K8").one().unit_id == wards[0].id


def test_what_changed_since_the_check_is_not_written(admin, wards):
    stored = services.start_import(admin, sheet_of({}), "a")
    services.create_person(admin, full_name="Trần Thị Bình", external_key="K1", unit_id=wards[0].id)
    with pytest.raises(ListOutdated):
        services.confirm_import(admin, stored.id)
    assert db.session.query(Person).filter_by(external_key="K1").one().full_name == "Trần Thị Bình"


def test_confirming_twice_imports_once(admin, wards):
    stored = services.start_import(admin, sheet_of({}), "a")
    services.confirm_import(admin, stored.id)
    with pytest.raises(Conflict):
        services.confirm_import(admin, stored.id)
    assert db.session.query(Person).filter_by(external_key="K1").count() == 1


def test_lists_are_forgotten_once_applied_discarded_or_a_day_old(admin, wards):
    with clock.frozen("2026-11-20T03:00:00Z"):
        applied = services.import_at_once(admin, sheet_of({}), "a")
        discarded = services.start_import(admin, sheet_of({"external_key": "K2"}), "a")
        services.discard_import(admin, discarded.id)
        old = services.start_import(admin, sheet_of({"external_key": "K3"}), "a")
    with clock.frozen("2026-11-21T04:00:00Z"):
        assert services.forget_old_imports() == 1
    assert db.session.query(PeopleImportLine).count() == 0
    states = {stored.id: stored.state for stored in db.session.query(PeopleImport)}
    assert states == {applied.id: "applied", discarded.id: "discarded", old.id: "discarded"}


def test_what_lists_hold_of_people_is_encrypted(admin, wards):
    services.start_import(admin, sheet_of({"personal_number": "001190000001"}), "a")
    raw = db.session.connection().exec_driver_sql("SELECT body FROM people_import_line").scalar()
    assert "001190000001" not in raw and "Lê" not in raw


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_unicode_and_the_vietnamese_code_page_are_read(admin, wards, encoding, delimiter):
    rows = people_rows()
    if encoding == "cp1258":  # has tones as marks of their own
        rows = [[decompose_tones(cell) for cell in row] for row in rows]
    data = as_csv(rows, encoding=encoding, delimiter=delimiter)
    stored = services.start_import(admin, data, "a.csv")
    assert [line.name for line in lines_of(stored)] == ["Nguyễn Thị Hòa", "Đặng Văn Ưng", "Hoàng Ỷ Lan"]
    assert stored.summary["encoding"] == {"utf-8-sig": "utf-8", "cp1258": "windows-1258"}.get(encoding, encoding)


def decompose_tones(text: str) -> str:
    import unicodedata

    out = ""
    for letter in text:
        for mark in "\u0300\u0309\u0303\u0301\u0323":
            parts = unicodedata.normalize("NFD", letter)
            if mark in parts and len(parts) > 1:
                letter = unicodedata.normalize("NFC", parts.replace(mark, "")) + mark
                break
        out += letter
    return out


TCVN3 = "M· c¸n bé,Hä vµ tªn\n1,NguyÔn V¨n §øc\n2,TrÇn ThÞ Hoµ\n3,§Æng Quèc H­ng\n4,Lª ThÞ B×nh\n"
VNI = "Maõ caùn boä,Hoï vaø teân\n1,Nguyeãn Vaên Ñöùc\n2,Traàn Thò Hoaø\n3,Leâ Thò Bình\n4,Phaïm Quoác Höng\n"


@pytest.mark.parametrize("text", [TCVN3, VNI])
def test_encodings_of_the_past_are_named_and_refused(admin, wards, text):
    rows = list(csv.reader(io.StringIO(text)))
    for data in (text.encode("cp1252"), text.encode("utf-8"), as_xlsx([["Mã cán bộ", "Họ và tên"], *rows[1:]])):
        with pytest.raises(UnreadableList) as refused:
            services.start_import(admin, data, "a.csv")
        assert refused.value.code == "legacy"
        assert "Unicode" in str(refused.value.next_step)


def test_foreign_names_are_not_taken_for_an_old_encoding(admin, city):
    names = ["Jürgen Müller", "François Lefèvre", "Anaïs Noël", "Søren Ångström", "Somsak Phommachanh", "王小明"]
    rows = [["Mã cán bộ", "Họ và tên"], *([f"F{n}", name] for n, name in enumerate(names))]
    for data in (as_csv(rows), as_xlsx(rows)):
        stored = services.start_import(admin, data, "a", unit_id=city.id)
        assert [line.name for line in lines_of(stored)] == names
    western = as_csv([rows[0][:0] or ["Staff code", "Full name"], *rows[1:5]], encoding="cp1252")
    stored = services.start_import(admin, western, "a", unit_id=city.id)
    assert [line.name for line in lines_of(stored)][:2] == names[:2]


def test_headings_below_a_title_in_other_words_and_with_remarks_are_found(admin, wards):
    rows = [
        ["UBND PHƯỜNG HOÀN KIẾM"],
        [],
        ["Danh sách cán bộ tham gia bồi dưỡng"],
        ["STT", "HỌ VÀ TÊN ĐỆM (*)", "Tên", "Mã số cán bộ *", "Ngày, tháng, năm sinh (dd/mm/yyyy)", "Đơn vị công tác"],
        ["1", "Nguyễn Thị", "Hòa", "CB1", "5.9.1985", "Phường Hoàn Kiếm"],
        ["", "", "", "", "", ""],
        ["2", "Lê", "Tám", "CB2", "1990-02-01", "hn-p12"],
    ]
    for data in (as_csv(rows), as_xlsx(rows)):
        stored = services.start_import(admin, data, "a")
        assert [(line.number, line.name) for line in lines_of(stored)] == [(5, "Nguyễn Thị Hòa"), (7, "Lê Tám")]
        assert stored.summary["ignored"] == ["STT"]
        assert stored.summary["counts"]["new"] == 2


def test_spreadsheet_cells_keep_what_they_mean(admin, wards):
    data = sheet_of(
        {
            "external_key": 1234.0,
            "birth_date": datetime(1985, 9, 5),
            "phone": 912345678,
            "personal_number": 123456789012,
            "position": "=cmd|' /C calc'!A0",
        }
    )
    services.import_at_once(admin, data, "a")
    person = db.session.query(Person).filter_by(external_key="1234").one()
    assert (person.birth_date, person.phone, person.personal_number) == (
        date(1985, 9, 5), "0912345678", "123456789012",
    )  # fmt: skip
    assert queries.list_people(admin, text="1234").items[0].position == {"vi": "=cmd|' /C calc'!A0"}


BROKEN = {
    "empty": (b"", "empty"),
    "blank": (b" \n\n ", "empty"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
    "no spreadsheet": (b"PK\x03\x04" + b"x" * 200, "broken"),
    "binary": (bytes(range(256)) * 20, None),
    "no headings": (b"a,b\n1,2\n", "no_headings"),
    "no key": ("Họ và tên,Mã đơn vị\nLê Tám,HN-P01\n".encode(), "no_headings"),
    "no lines": ("Họ và tên,Mã cán bộ\n".encode(), "no_lines"),
    "two columns": ("Họ và tên,Họ tên,Mã cán bộ\na,b,c\n".encode(), "twice"),
    "open quote": ("Họ và tên,Mã cán bộ\n\"Lê Tám,1\n".encode() + b"x" * 140_000, "quotes"),
    "too many": ("Họ và tên,Mã cán bộ\n".encode() + b"a,b\n" * 50_001, "too_many"),
    "too large": (b"a" * (8 * 1024 * 1024 + 1), "too_large"),
    "broken utf-8": ("Họ và tên,Mã cán bộ\nLê Tám,1\n".encode() + b"\xff\xff\x8d\x81", None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_list_is_refused_with_a_reason(admin, wards, name):
    data, code = BROKEN[name]
    with pytest.raises(UnreadableList) as refused:
        services.start_import(admin, data, "a")
        run_all()
        [stored] = db.session.query(PeopleImport)
        assert stored.state == "failed"
        from academy.organization.import_problems import unreadable

        raise unreadable(stored.summary["problem"][0], **stored.summary["problem"][1])
    assert code in (None, refused.value.code)
    assert "%" not in str(refused.value.message) and str(refused.value.next_step)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_sheet(xml: bytes) -> bytes:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(as_xlsx([["x"]]))) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    parts["xl/worksheets/sheet1.xml"] = xml
    return zipped(parts)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&c;</t></is></c></row></sheetData></worksheet>'
)
EXTERNAL = LAUGHS.replace(b'<!ENTITY a "ha">', b'<!ENTITY a SYSTEM "file:///etc/passwd">')
FAR_CELL = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "data",
    [
        zipped({"xl/workbook.xml": b"0" * (65 * 1024 * 1024)}),
        zipped({f"part{n}.xml": b"x" for n in range(400)}),
        with_sheet(LAUGHS),
        with_sheet(EXTERNAL),
        with_sheet(FAR_CELL),
        with_sheet(b"<not xml"),
        as_xlsx([["x"]])[:-200],
    ],
    ids=["bomb", "many parts", "billion laughs", "external entity", "far cell", "no xml", "cut off"],
)
def test_hostile_spreadsheets_are_refused(admin, wards, data):
    with pytest.raises(UnreadableList):
        services.start_import(admin, data, "a.xlsx")


def test_arbitrary_bytes_are_never_a_fault(admin, wards):
    rng = random.Random(7)
    good = as_xlsx(people_rows())
    for _ in range(60):
        data = bytearray(good)
        for _ in range(rng.randint(1, 30)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        with contextlib.suppress(UnreadableList):
            services.start_import(admin, bytes(data), "a.xlsx")


def test_a_long_list_is_a_job_with_progress_and_costs_few_queries(admin, wards, count_queries):
    family, middle, given = ["Nguyễn", "Trần", "Lê", "Phạm"], ["Văn", "Thị", "Đức"], ["An", "Bình", "Đào", "Ưng", "Yến"]
    rng = random.Random(1)
    rows = [HEAD]
    for number in range(5000):
        name = " ".join((rng.choice(family), rng.choice(middle), rng.choice(given)))
        unit = rng.choice(["HN-P01", "HN-P12"])
        rows.append([f"CB{number:05}", name, f"u{number}", unit, "05/09/1985", rng.choice(["Văn thư", "Kế toán"]), "nam"])
    data = as_csv(rows) + b"," * 300_000
    stored = services.start_import(admin, data, "a.csv")
    assert stored.state == "checking" and stored.job_id
    number = stored.id
    assert run_all() == 1
    stored = services.get_import(admin, number)
    assert (stored.state, stored.upload) == ("checked", None)
    assert stored.summary["counts"] == {"new": 5000, "changed": 0, "unchanged": 0, "error": 0}
    services.confirm_import(admin, stored.id)
    with count_queries() as run:
        assert run_all() == 1
    # SQLite gives new ids one by one; nothing else may be done for each person
    assert len([statement for statement in run.statements if "INSERT INTO person " not in statement]) < 120
    assert db.session.query(Person).filter(Person.external_key.startswith("CB")).count() == 5000
    assert services.recompute_places(check=True) == 0
    again = services.start_import(admin, data, "a.csv").id
    run_all()
    assert services.get_import(admin, again).summary["counts"]["unchanged"] == 5000
    assert verify().broken_at is None


def test_a_long_list_that_is_no_list_says_so_after_the_job(admin, wards):
    number = services.start_import(admin, b"a,b\n" * 200_000, "a.csv").id
    run_all()
    stored = services.get_import(admin, number)
    assert (stored.state, stored.summary["problem"][0]) == ("failed", "too_many")
