"""The text of documents: what is read, and what a file that means harm can do."""

import io
import resource
import signal
import subprocess
import sys
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from academy.catalog import file_reading
from academy.catalog.file_reading import read_file
from academy.catalog.file_texts import MAX_CHARACTERS, MAX_PAGES, FileTextRefused, Part, read_text
from tests.catalog.office import docx, package, pdf, pptx, xlsx


@pytest.fixture
def read(tmp_path):
    """Read bytes as the job does, in a process of its own."""

    def reads(suffix: str, data: bytes):
        path = tmp_path / f"file{suffix}"
        path.write_bytes(data)
        return read_file(path, suffix)

    return reads


def fault_of(call, *arguments) -> str:
    with pytest.raises(FileTextRefused) as refused:
        call(*arguments)
    return refused.value.fault


def test_every_kind_is_read_with_its_places(read):
    assert read(".pdf", pdf("First page", "Second page")).parts == [
        Part(1, "First page"),
        Part(2, "Second page"),
    ]
    assert read(".docx", docx("Tờ trình", "Về việc cấp kinh phí")).parts == [
        Part(0, "Tờ trình Về việc cấp kinh phí")
    ]
    assert read(".pptx", pptx("Mở đầu\nMục tiêu", "Kết luận")).parts == [
        Part(1, "Mở đầu Mục tiêu"),
        Part(2, "Kết luận"),
    ]
    assert read(
        ".xlsx", xlsx({"Biểu phí": [["Thủ tục", "Lệ phí"], ["Khai sinh", 8000]], "Hai": [["Ghi chú"]]})
    ).parts == [
        Part(1, "Biểu phí: Thủ tục · Lệ phí Khai sinh · 8000"),
        Part(2, "Hai: Ghi chú"),
    ]


def test_letters_that_typesetters_join_are_letters_again():
    assert read_text(".docx", docx("Der oﬃzielle Eﬀekt")).parts == [Part(0, "Der offizielle Effekt")]


def test_running_text_comes_in_parts_of_readable_length():
    text = read_text(".docx", docx(*["Một đoạn văn khá dài. " * 20] * 12))
    assert len(text.parts) > 3
    assert all(len(part.text) < 2_000 for part in text.parts)


def test_a_text_box_is_read_once():
    xml = (
        '<w:document xmlns:w="w" xmlns:mc="m"><w:body><w:p><mc:AlternateContent><mc:Choice><w:t>Khung</w:t></mc:Choice>'
        "<mc:Fallback><w:t>Khung</w:t></mc:Fallback></mc:AlternateContent><w:tab/><w:t>sau</w:t></w:p></w:body></w:document>"
    )
    assert read_text(".docx", package({"word/document.xml": xml})).parts == [Part(0, "Khung sau")]


def test_of_long_files_the_beginning_is_read():
    many = read_text(".pdf", pdf(*(f"Page {number}" for number in range(MAX_PAGES + 5))))
    assert many.cut and len(many.parts) == MAX_PAGES
    long = read_text(
        ".docx", docx(*(" ".join(map(str, range(at, at + 2_000))) for at in range(0, 240_000, 2_000)))
    )
    assert long.cut and sum(len(part.text) for part in long.parts) <= MAX_CHARACTERS


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("Secret"))))
    writer.encrypt("password", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


BILLION = (
    '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><w:document xmlns:w="w"><w:t>&b;</w:t></w:document>'
)


@pytest.mark.parametrize(
    ("suffix", "make", "fault"),
    [
        (".pdf", encrypted, "encrypted"),
        (".pdf", lambda: pdf("", ""), "empty"),
        (".pdf", lambda: b"%PDF-1.4 nothing more", "damaged"),
        (".pdf", lambda: pdf("Cut off")[:200], "damaged"),
        (".docx", lambda: b"PK\x03\x04 no archive", "damaged"),
        (".docx", lambda: package({"word/other.xml": "<a/>"}), "damaged"),
        (".docx", lambda: package({"word/document.xml": BILLION}), "damaged"),
        (".docx", lambda: package({"word/document.xml": "<w:p " + " " * 30_000_000 + "/>"}), "damaged"),
        (".docx", lambda: package({"../word/document.xml": "<a/>"}), "damaged"),
        (".xlsx", lambda: docx("no workbook"), "damaged"),
        (".pptx", lambda: pptx(""), "empty"),
    ],
)
def test_what_cannot_be_read_is_told_by_name(read, suffix, make, fault):
    assert fault_of(read, suffix, make()) == fault


def test_a_page_that_unpacks_to_gigabytes_takes_nobody_along(read):
    compressor, blank = zlib.compressobj(1), b" " * 2**20
    bomb = b"".join(compressor.compress(blank) for _ in range(1000)) + compressor.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert fault_of(read, ".pdf", pdf(stream=bomb, filters="/Filter /FlateDecode")) in (
        "memory",
        "empty",
        "damaged",
    )
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def in_a_limited_process(code: str) -> subprocess.CompletedProcess:
    program = (
        f"from academy.catalog import file_texts\nfile_texts.CPU_SECONDS = 1\nfile_texts._limit()\n{code}"
    )
    return subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("bytearray(2**31)", b"MemoryError"),
        ("import tempfile; tempfile.TemporaryFile()", b"No usable temporary directory"),
        (
            "[open('/dev/null') for _ in range(50)]\nfiles = [open('/dev/null') for _ in range(50)]",
            b"Too many open files",
        ),
    ],
)
def test_the_reader_cannot_take_more_than_it_is_given(code, said):
    done = in_a_limited_process(code)
    assert done.returncode != 0 and said in done.stderr


def test_the_reader_cannot_go_on_for_ever(monkeypatch, read):
    assert in_a_limited_process("while True: pass").returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    monkeypatch.setattr(file_reading, "SECONDS", 0.01)
    assert fault_of(read, ".pdf", pdf("Slow")) == "time"


def test_nothing_of_ours_is_in_its_environment(monkeypatch, read):
    seen = {}
    real = subprocess.run

    def run(command, **named):
        seen.update(named["env"])
        return real(command, **named)

    monkeypatch.setenv("ACADEMY_SECRET_KEY", "ours")
    monkeypatch.setattr(file_reading.subprocess, "run", run)
    assert read(".docx", docx("Chào")).parts
    assert seen == {"LANG": "C.UTF-8"}
