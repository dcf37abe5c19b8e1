"""The export administrators came for: opens, is complete, safe, and given to nobody else."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from academy.audit.models import AuditEntry
from academy.certificates import exporting
from academy.certificates.models import Certificate, DocumentFile
from academy.certificates.queries import Filters
from academy.certificates.services import (
    export_now,
    get_export,
    make_export,
    open_export,
    request_export,
    revoke,
)
from academy.kernel import clock
from academy.kernel.authorization import Role
from academy.kernel.errors import Forbidden, Invalid, NotFound
from academy.kernel.jobs import run_all
from academy.kernel.periodic import tidy
from academy.kernel.settings import settings
from academy.kernel.storage import storage
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.models import RoleGrant
from tests.factories import create_actor, create_unit, sign_in

NASTY = "=HYPERLINK(1) Nguyễn"


@pytest.fixture
def issued(academy):
    """Three documents of the class K52A."""
    academy.graduate(
        "Trần Thị Ánh",
        personal_number="001185012345",
        external_key="CB-007",
        birth_date=date(1985, 3, 12),
        sex="f",
    )
    academy.graduate("Đỗ Văn An", birth_place="@SUM(1)")
    academy.graduate(NASTY)
    academy.issue()
    return academy


def table(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_register_as_csv(issued):
    rows = table(export_now(issued.admin, Filters(class_code="K52A"), "csv").path.read_bytes())
    assert [row["Họ và tên"] for row in rows] == ["Đỗ Văn An", "Trần Thị Ánh", f"'{NASTY}"]
    by_name = {row["Họ và tên"]: row for row in rows}
    row = by_name["Trần Thị Ánh"]
    assert (row["Số định danh"], row["Mã cán bộ"], row["Ngày sinh"], row["Giới tính"]) == (
        "001185012345", "CB-007", "12/03/1985", "Nữ",
    )  # fmt: skip
    assert (row["Lớp"], row["Quyết định số"], row["Ngày quyết định"]) == ("K52A", "123/QĐ-HVS", "01/11/2026")
    assert (row["Xếp loại"], row["Điểm"], row["Tình trạng"]) == ("Giỏi", "8,5", "Có hiệu lực")
    assert [row["STT"] for row in rows] == ["1", "2", "3"]
    for row in rows:
        for value in row.values():
            assert not value.startswith(("=", "+", "-", "@", "\t"))


def test_the_register_as_xlsx(issued):
    data = export_now(issued.registrar, Filters(class_code="k52a"), "xlsx").path.read_bytes()
    sheet = load_workbook(io.BytesIO(data)).active
    head, *rows = sheet.iter_rows()
    columns = [cell.value for cell in head]
    shown = {row[columns.index("Họ và tên")].value: row for row in rows}
    row = shown["Trần Thị Ánh"]
    number = row[columns.index("Số định danh")]
    assert (number.value, number.data_type, number.number_format) == ("001185012345", "s", "@")
    assert row[columns.index("Ngày sinh")].is_date
    assert shown[NASTY][columns.index("Họ và tên")].data_type == "s"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_the_zip_holds_every_document_the_register_and_checksums(issued, session):
    made = request_export(issued.admin, Filters(class_code="K52A"), "zip")
    with pytest.raises(NotFound):
        open_export(issued.admin, made.id)
    run_all()
    assert get_export(issued.admin, made.id).rows == 3
    opened = open_export(issued.admin, made.id)
    assert opened.filename.startswith("so-goc-k52a-") and opened.filename.endswith(".zip")
    with zipfile.ZipFile(opened.path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        sums = dict(
            reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines()
        )
        assert set(sums) == set(names) - {"SHA256SUMS"}
        for name, digest in sums.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        pdfs = sorted(name for name in names if name.endswith(".pdf"))
        assert [name.split("/")[1].split("-", 3)[3] for name in pdfs] == [
            "do-van-an.pdf", "tran-thi-anh.pdf", "hyperlink-1-nguyen.pdf",
        ]  # fmt: skip
        assert all(name.isascii() for name in names)
        assert "Trần Thị Ánh" in " ".join(
            PdfReader(io.BytesIO(archive.read(name))).pages[0].extract_text() for name in pdfs
        )
        assert len(table(archive.read("so-goc.csv"))) == 3
        load_workbook(io.BytesIO(archive.read("so-goc.xlsx")))


def test_making_an_export_again_changes_nothing(issued):
    made = request_export(issued.admin, Filters(), "csv")
    assert make_export(made.id).rows == 3
    issued.graduate("Người Sau")
    issued.issue()
    assert make_export(made.id).rows == 3


def test_corrections_are_noted_in_the_register(issued, session):
    serial = session.scalars(select(Certificate.serial).where(Certificate.holder == "Đỗ Văn An")).one()
    revoke(issued.approver, serial, reason="Gian lận", decision_no="9/QĐ")
    rows = {
        row["Số hiệu"]: row for row in table(export_now(issued.admin, Filters(), "csv").path.read_bytes())
    }
    assert rows[serial]["Tình trạng"] == "Đã thu hồi"
    assert "9/QĐ" in rows[serial]["Ghi chú"]
    revoked = table(export_now(issued.admin, Filters(status="revoked"), "csv").path.read_bytes())
    assert [row["Số hiệu"] for row in revoked] == [serial]


@pytest.mark.parametrize("name", ["approver", "inspector"])
def test_others_do_not_export(issued, name):
    with pytest.raises(Forbidden):
        request_export(issued.actors[name], Filters(), "csv")
    with pytest.raises(Forbidden):
        export_now(issued.actors[name], Filters(), "csv")


def test_an_administrator_of_a_ward_exports_what_the_ward_issued(issued):
    ward = create_unit("Phường Tây Hồ", kind="ward", parent=issued.city)
    assert export_now(create_actor(Role.ADMINISTRATOR, unit=ward), Filters(), "csv").rows == 0
    assert export_now(issued.admin, Filters(), "csv").rows == 3


def test_an_export_belongs_to_who_asked_for_it(issued):
    made = request_export(issued.admin, Filters(), "csv")
    run_all()
    other = create_actor(Role.ADMINISTRATOR, unit=issued.city)
    with pytest.raises(NotFound):
        get_export(other, made.id)
    with pytest.raises(NotFound):
        open_export(other, made.id)


def test_a_right_lost_before_the_job_ran_counts(issued, session):
    made = request_export(issued.admin, Filters(), "csv")
    with unit_of_work() as work:
        for grant in work.session.scalars(
            select(RoleGrant).where(RoleGrant.person_id == issued.admin.person_id)
        ):
            grant.revoked_at = clock.now()
    with pytest.raises(Forbidden):
        make_export(made.id)


def test_the_journal_notes_asking_and_downloading(issued, session):
    made = request_export(issued.admin, Filters(class_code="K52A"), "csv")
    run_all()
    open_export(issued.admin, made.id)
    acts = session.execute(
        select(AuditEntry.act, AuditEntry.account_id).where(AuditEntry.object_kind == "register_export")
    ).all()
    assert [tuple(act) for act in acts] == [
        ("certificate.export", issued.admin.account_id),
        ("certificate.download_export", issued.admin.account_id),
    ]


def test_an_unknown_format_is_refused(issued):
    with pytest.raises(Invalid):
        request_export(issued.admin, Filters(), "exe")


def test_the_table_costs_the_same_queries_for_any_number_of_rows(issued, count_queries):
    costs = []
    for _round in range(2):
        with count_queries() as queries:
            export_now(issued.admin, Filters(), "csv")
        costs.append(len(queries))
        for number in range(5):
            issued.graduate(f"Người {_round} {number}")
        issued.issue()
    assert costs[0] == costs[1]


# --- the API and the pages ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file_format", "mime"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("zip", "application/zip"),
    ],
)
def test_the_api_streams_the_same_files(issued, client, file_format, mime):
    sign_in(client, issued.admin)
    answer = client.get(f"/api/v1/certificates/export?class=K52A&format={file_format}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, mime)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="so-goc-k52a-')
    if file_format == "csv":  # the others hold the time at which they were written
        assert answer.data == export_now(issued.admin, Filters(class_code="K52A"), "csv").path.read_bytes()


def test_too_many_at_once_are_sent_to_the_job(issued, client, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    sign_in(client, issued.admin)
    refused = client.get("/api/v1/certificates/export?format=zip")
    assert refused.status_code == 409
    assert refused.get_json()["type"].endswith("certificate.export-size")
    assert client.get("/api/v1/certificates/export?format=csv").status_code == 200


def test_exporting_on_the_pages(issued, client):
    token = sign_in(client, issued.admin)
    started = client.post("/admin/exports", data={"csrf_token": token, "class": "K52A", "format": "zip"})
    assert started.status_code == 303
    assert "/jobs/" in client.get(started.location).get_data(as_text=True)
    run_all()
    page = client.get(started.location).get_data(as_text=True)
    assert f"{started.location}/file" in page
    file = client.get(f"{started.location}/file")
    assert (file.status_code, file.mimetype) == (200, "application/zip")
    assert zipfile.ZipFile(io.BytesIO(file.data)).testzip() is None
    assert client.post("/admin/exports", data={"csrf_token": token, "format": "exe"}).status_code == 422


def test_the_file_of_an_export_is_closed_to_all_others(issued, client, app):
    made = request_export(issued.admin, Filters(), "csv")
    run_all()
    for actor, status in (
        (issued.registrar, 404),
        (issued.inspector, 403),
        (create_actor(unit=issued.city), 403),
    ):
        other = app.test_client()
        sign_in(other, actor)
        assert other.get(f"/admin/exports/{made.id}/file").status_code == status
    assert app.test_client().get(f"/admin/exports/{made.id}/file").status_code == 303


def test_the_file_of_an_export_is_deleted_after_some_days_and_the_page_says_so(issued, client):
    token = sign_in(client, issued.admin)
    form = {"csrf_token": token, "class": "K52A", "q": "An", "format": "csv"}
    place = client.post("/admin/exports", data=form).location
    run_all()
    keep = timedelta(days=settings().export_days)
    path = open_export(issued.admin, int(place.rpartition("/")[2])).path
    with clock.frozen(clock.now() + keep - timedelta(hours=1)):
        tidy(None)
        assert path.exists()
    with clock.frozen(clock.now() + keep + timedelta(hours=1)):
        assert tidy(None)["exports"] >= 1
        assert not path.exists()
    page = client.get(place).get_data(as_text=True)
    assert "This file was deleted" in page and f"{place}/file" not in page
    gone = client.get(f"{place}/file")
    assert gone.status_code == 404
    assert "personal data" in gone.get_data(as_text=True) and "again" in gone.get_data(as_text=True)
    again = dict(re.findall(r'<input type="hidden" name="(class|q|format)" value="([^"]*)"', page))
    assert again == {"class": "K52A", "q": "An", "format": "csv"}
    other = client.post("/admin/exports", data=again | {"csrf_token": token}).location
    run_all()
    assert other != place and client.get(f"{other}/file").status_code == 200


def test_making_the_same_file_again_keeps_it_longer(issued):
    with clock.frozen("2026-11-02T03:00:00Z"):
        path = export_now(issued.admin, Filters(), "csv").path
    with clock.frozen("2026-11-08T03:00:00Z"):
        assert export_now(issued.admin, Filters(), "csv").path == path
    with clock.frozen("2026-11-14T03:00:00Z"):
        tidy(None)
        assert path.exists()


def test_documents_are_kept_when_exports_go(issued, session):
    request_export(issued.admin, Filters(), "zip")
    run_all()
    with clock.frozen(clock.now() + timedelta(days=4000)):
        tidy(None)
    for file in session.scalars(select(DocumentFile)):
        assert storage().path(file.storage_key).is_file()
