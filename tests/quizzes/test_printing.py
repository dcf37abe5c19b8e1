"""Printed variants: same seed, same bytes; keys that fit their papers; pictures; who may have them."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib

import openpyxl
import pytest
from pypdf import PdfReader

from academy.catalog.formula_tree import math_tree
from academy.catalog.services import store_media
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.storage import exports
from academy.quizzes import services
from academy.quizzes.paper_text import blocks_of, runs_of
from tests.factories import create_actor, sign_in
from tests.questions.specs import both
from tests.quizzes.conftest import SETTINGS, Sat, make_sat
from tests.quizzes.sitting import run_jobs
from tests.quizzes.test_examinations import NOW, WINDOW, _approve


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PIXEL = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
    + _chunk(b"IEND", b"")
)


def printed(sat: Sat, **changes) -> dict[str, bytes]:
    batch = services.request_print(sat.instructor, sat.quiz_id, **{"lang": "vi", "count": 2} | changes)
    services.make_print(batch.id)
    with zipfile.ZipFile(services.open_print(sat.instructor, batch.id).path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def exam(app) -> Sat:
    with clock.frozen(NOW):
        sat = make_sat(settings=SETTINGS | {"examination": True, "window": WINDOW})
        _approve(sat)
        services.seal_exam(sat.instructor, sat.quiz_id)
    return sat


def test_a_bundle_has_papers_keys_and_sums(sat_all_kinds):
    files = printed(sat_all_kinds)
    names = ["de-101.pdf", "dap-an-101.pdf", "de-102.pdf", "dap-an-102.pdf", "dap-an-chung.pdf", "dap-an-chung.xlsx"]
    assert list(files) == [*names, "SHA256SUMS"]
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest


def test_the_paper_is_a4_names_its_code_and_pages_and_leaves_room_for_the_candidate(sat_all_kinds):
    reader = PdfReader(io.BytesIO(printed(sat_all_kinds)["de-101.pdf"]))
    count = len(reader.pages)
    for number, page in enumerate(reader.pages, 1):
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
        words = page.extract_text()
        assert "Paper 101" in words and f"{number}/{count}" in words
    first = reader.pages[0].extract_text()
    assert "Full name" in first and "Candidate number" in first and "Answer sheet" in reader.pages[-1].extract_text()


def test_the_paper_holds_every_question_and_no_answer(sat_all_kinds):
    files = printed(sat_all_kinds)
    paper, key = text_of(files["de-101.pdf"]), text_of(files["dap-an-101.pdf"])
    for words in ("Ai ký nghị định?", "Từ nào trái nghĩa", "Ghép.", "Sắp xếp."):
        assert words in paper
    for secret in ("đạo đức", "97,4", "EXPLANATION", "FEEDBACK"):
        assert secret not in paper
    assert "97,4" in key and "kind-single" in key


def test_the_same_seed_gives_the_same_bytes(exam):
    with clock.frozen(NOW):
        first = printed(exam)
    with clock.frozen("2026-11-28T08:30:00+00:00"):
        assert printed(exam) == first
        assert printed(exam, count=1, first_code=102)["de-102.pdf"] == first["de-102.pdf"]
    assert first["de-101.pdf"] != first["de-102.pdf"]


def test_the_table_of_keys_agrees_with_the_keys_and_holds_no_formula(sat):
    files = printed(sat, count=3)
    sheet = openpyxl.load_workbook(io.BytesIO(files["dap-an-chung.xlsx"])).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [len(row) for row in rows] == [7] * 4
    for index, code in enumerate(("101", "102", "103")):
        key = text_of(files[f"dap-an-{code}.pdf"])
        for row in rows[1:]:
            assert row[1 + 2 * index] in ("A", "B", "C") and row[2 + 2 * index].split(" ")[0] in key
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_sealed_variants_can_be_drawn_again(exam):
    with clock.frozen(NOW):
        printed(exam)
    reports = [one for one in services.verify_papers(exam.quiz_id) if "variant" in one.name]
    assert [one.differences for one in reports] == [(), ()] and "variant 101" in reports[0].name


def test_an_examination_is_printed_only_when_it_is_sealed(app):
    with clock.frozen(NOW):
        sat = make_sat(settings=SETTINGS | {"examination": True, "window": WINDOW})
        with pytest.raises(Conflict) as refusal:
            printed(sat)
    assert refusal.value.rule == "exam.sealed"


def test_pictures_come_from_the_course_and_what_is_missing_leaves_its_description(sat):
    store_media(Actor.system(), sat.course_id, "media/so-do.png", PIXEL)
    store_media(Actor.system(), sat.course_id, "media/hong.png", PIXEL[:50] + b"x" + PIXEL[51:])
    for key, path in (("mot-9", "so-do"), ("mot-8", "khong-co"), ("mot-7", "hong")):
        path = f"media/{path}.png"
        spec = {"text": dict.fromkeys(("vi", "en"), f"Xem hình.\n\n![Sơ đồ {key}]({path})"), "answer": True}
        sat.item(key, "truefalse", spec, difficulty=5)
    sat.settings(draw=[{"difficulty": [5], "count": 3}])
    reader = PdfReader(io.BytesIO(printed(sat, count=1)["de-101.pdf"]))
    words = "\n".join(page.extract_text() for page in reader.pages)
    assert sum(len(page.images) for page in reader.pages) == 1
    assert "Sơ đồ mot-8" in words and "Sơ đồ mot-7" in words


def test_text_that_looks_like_typst_is_only_text(sat):
    hostile = '#import "/etc/passwd": x $ #panic() [ ] \\u{41} @x <y> */ //'
    sat.item("mot-9", "truefalse", {"text": {"vi": hostile, "en": hostile}, "answer": True}, difficulty=5)
    sat.settings(draw=[{"difficulty": [5], "count": 1}])
    assert "#panic()" in text_of(printed(sat, count=1)["de-101.pdf"])


def test_paper_in_another_language(sat):
    words = text_of(printed(sat, lang="en")["de-101.pdf"])
    assert "Paper 101" in words and "(en)" in words and "Candidate number" in words


@pytest.mark.parametrize(
    ("field", "value"), [("lang", "de"), ("lang", "xx"), ("count", 0), ("count", 61), ("first_code", 0)]
)
def test_wrong_wishes_are_refused_by_field(sat, field, value):
    with pytest.raises(Invalid) as refusal:
        printed(sat, **{field: value})
    assert set(refusal.value.errors) == {field}


def test_others_print_and_read_nothing(sat, client):
    batch = services.request_print(sat.instructor, sat.quiz_id, lang="vi", count=1)
    services.make_print(batch.id)
    for act in (
        lambda actor: services.request_print(actor, sat.quiz_id, lang="vi", count=1),
        lambda actor: services.open_print(actor, batch.id),
        lambda actor: services.print_again(actor, batch.id),
        lambda actor: services.prints_of(actor, sat.quiz_id),
    ):
        with pytest.raises(Forbidden):
            act(create_actor())
    with pytest.raises(NotFound):
        services.open_print(sat.instructor, 999)


def test_a_deleted_file_is_made_again_to_the_same_bytes(sat):
    batch = services.request_print(sat.instructor, sat.quiz_id, lang="vi", count=1)
    services.make_print(batch.id)
    path = services.open_print(sat.instructor, batch.id).path
    before = path.read_bytes()
    path.unlink()
    assert services.prints_of(sat.instructor, sat.quiz_id)[0].state == "gone"
    services.print_again(sat.instructor, batch.id)
    run_jobs()
    assert services.open_print(sat.instructor, batch.id).path.read_bytes() == before
    assert exports().holds(path.name)


def test_by_the_page_and_a_job(sat, client):
    token = sign_in(client, sat.instructor)
    url = f"/studio/courses/{sat.course}/quizzes/final/papers"
    assert client.get(url).status_code == 200
    answer = client.post(f"{url}/prints", data={"csrf_token": token, "count": "0", "lang": "vi", "first_code": "7"})
    assert answer.status_code == 422 and 'value="7"' in answer.get_data(as_text=True)
    answer = client.post(f"{url}/prints", data={"csrf_token": token, "count": "2", "lang": "vi", "first_code": "7"})
    assert answer.status_code == 303
    run_jobs()
    page = client.get(url).get_data(as_text=True)
    assert "007" in page and "008" in page
    (batch,) = services.prints_of(sat.instructor, sat.quiz_id)
    with client.get(f"/studio/papers/{batch.id}/file") as answer:
        assert answer.mimetype == "application/zip" and "no-store" in answer.headers["Cache-Control"]
    token = sign_in(client, create_actor())
    assert client.get(f"/studio/papers/{batch.id}/file").status_code == 403


def test_markdown_becomes_blocks_and_runs():
    blocks = blocks_of("Điền (1) ____ và **đậm** `mã`.\n\n| a | b |\n|---|---|\n| 1 | x_y |\n\n- một\n- hai\n\n____")
    assert [block["k"] for block in blocks] == ["p", "table", "list", "p"]
    assert ["gap", ""] in blocks[0]["runs"] and ["b", "đậm"] in blocks[0]["runs"] and ["c", "mã"] in blocks[0]["runs"]
    assert blocks[1]["rows"] == [[[["", "a"]], [["", "b"]]], [[["", "1"]], [["", "x_y"]]]]
    assert blocks[3]["runs"] == [["gap", ""]]
    assert runs_of("(____) và (____)").count(["gap", ""]) == 2


def test_formulas_are_set_not_spelled(sat):
    words = r"Tính $\rho = \frac{20}{5 \times 4}$ và $x_1^2 + \sqrt{3} + \sum_{i=1}^{n} a_i$, $\text{giờ}$, $\nonsense{$."
    sat.item("mot-9", "truefalse", {"text": both(words), "answer": True}, difficulty=5)
    sat.settings(draw=[{"difficulty": [5], "count": 1}])
    text = text_of(printed(sat, count=1)["de-101.pdf"])
    assert "frac" not in text and "sum" not in text and "20" in text and "√" in text
    assert math_tree(r"\frac{1}{2}") == ["frac", ["t", "1"], ["t", "2"]]
    assert math_tree(r"x^2") == ["sup", ["i", "x"], ["t", "2"]]
