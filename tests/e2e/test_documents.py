"""From an earned course to a document that anybody can verify: registrar, approver, administrator, a stranger."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import openpyxl
from pypdf import PdfReader

from tests.e2e.browsing import DESKTOP, PHONE, hrefs, path_of, submit
from tests.e2e.inspecting import inspect

CLASS = "K52B"
EXPORTED = "K52A"
# the bar of a job ends in a word of its own
DONE = ".job .tone-good"
VERIFY = re.compile(r"/verify/[0-9A-Z]+")


def test_documents_are_proposed_approved_issued_and_verified_by_a_stranger(browsers):
    registrar = browsers.signed_in("registrar", DESKTOP)
    registrar.goto(f"/classes/{CLASS}")
    registrar.locator("a[href^='/admin/proposals/new']").click()
    proposed = registrar.locator("main tbody tr").count()
    assert proposed >= 5
    submit(registrar, "main form[action='/admin/proposals']", ".actions button")
    proposal = path_of(registrar)
    assert re.fullmatch(r"/admin/proposals/\d+", proposal)
    assert not registrar.locator("form[action$='/approval']").count(), "who proposes must not decide"

    approver = browsers.signed_in("approver", DESKTOP)
    approver.goto("/admin/proposals")
    approver.locator(f"main a[href='{proposal}']").click()
    submit(approver, "form[action$='/approval']")
    approver.locator(DONE).wait_for(timeout=40_000)
    approver.goto(proposal)
    serials = hrefs(approver, "main tbody a[href^='/certificates/']")
    assert len(serials) == proposed
    inspect(approver)

    registrar.goto(serials[0])
    document = registrar.request.get(hrefs(registrar, "main a[href$='.pdf']")[0])
    assert document.ok
    address = verification_address(document.body())
    assert address.startswith(browsers.address)
    stranger = browsers.anonymous(PHONE)
    stranger.goto(address)
    assert stranger.locator(".notice-success").is_visible()
    assert serials[0].rsplit("/", 1)[1] in stranger.locator("main").inner_text()


def test_a_class_is_exported_as_documents_and_register(browsers, tmp_path):
    admin = browsers.signed_in("admin", DESKTOP)
    archive = zipfile.ZipFile(io.BytesIO(export(admin, "zip", tmp_path).read_bytes()))
    assert archive.testzip() is None
    pdfs = [name for name in archive.namelist() if name.endswith(".pdf")]
    assert len(pdfs) >= 15
    assert archive.read(pdfs[0]).startswith(b"%PDF-")
    text = PdfReader(io.BytesIO(archive.read(pdfs[0]))).pages[0].extract_text()
    assert "CHỨNG CHỈ" in text.upper() or "CHỨNG NHẬN" in text.upper()

    inspect(admin)

    rows = list(openpyxl.load_workbook(export(admin, "xlsx", tmp_path)).active.values)
    table = export(admin, "csv", tmp_path).read_bytes()
    assert table.startswith(b"\xef\xbb\xbf"), "without a mark of its encoding Excel breaks Vietnamese"
    lines = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    serials = set(re.findall(r"[A-Z]{2}\d{2}-\d{2}-\d{5}", table.decode("utf-8-sig")))
    assert len(serials) == len(pdfs)
    for serial in serials:
        assert any(serial in map(str, row) for row in rows), serial
        assert any(serial in name for name in pdfs), serial
    cells = [cell for line in lines for cell in line]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


def export(page, kind: str, folder):
    """Ask for an export on the page of the class; the file that was downloaded."""
    page.goto(f"/classes/{EXPORTED}")
    form = "main form[action='/admin/exports']"
    page.check(f"{form} [name=format][value={kind}]")
    submit(page, form, ".actions button")
    made = path_of(page)
    if page.locator(".job").count():
        page.locator(DONE).wait_for(timeout=40_000)
        page.goto(made)
    with page.expect_download() as download:
        page.locator(f"main a[href='{made}/file']").click()
    target = folder / download.value.suggested_filename
    assert target.suffix == f".{kind}"
    download.value.save_as(target)
    return target


def verification_address(document: bytes) -> str:
    """The address in the QR picture, from the words that stand for the picture for those who cannot see it."""
    reader = PdfReader(io.BytesIO(document))
    for number in range(1, reader.trailer["/Size"]):
        found = reader.get_object(number)
        words = str(found.get("/Alt", "")) if isinstance(found, dict) else ""
        if VERIFY.search(words):
            return re.search(r"https?://\S+", words).group()
    raise AssertionError("no picture's words name an address")
