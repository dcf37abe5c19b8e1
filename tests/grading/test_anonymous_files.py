"""What a handed-in file tells of its maker besides its content is not there for those who mark it."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import NameObject, TextStringObject

from academy.grading.anonymous_files import anonymous
from academy.questions.file_formats import format_of

NAME = "Nguyen Thi Binh"
PLACE = 0x8825


def picture(form: str, *, orientation: int = 1) -> bytes:
    image = Image.new("RGB", (40, 20), (200, 30, 30))
    image.putpixel((0, 0), (0, 0, 255))
    exif = Image.Exif()
    exif[0x013B], exif[0x0112] = NAME, orientation
    exif.get_ifd(PLACE)[1] = "N"
    target = io.BytesIO()
    image.save(target, form, exif=exif, **({"comment": NAME} if form == "JPEG" else {}))
    return target.getvalue()


@pytest.mark.parametrize(("kind", "form"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_pictures_tell_no_place_and_no_name_and_look_the_same(kind, form):
    data = picture(form)
    assert NAME.encode() in data
    plain = anonymous(data, kind)
    assert NAME.encode() not in plain and b"Exif" not in plain and format_of(plain) == kind
    found = Image.open(io.BytesIO(plain))
    assert found.size == (40, 20) and not dict(found.getexif())
    before, after = (list(Image.open(io.BytesIO(one)).convert("RGB").get_flattened_data()) for one in (data, plain))
    assert max(abs(a - b) for one, other in zip(before, after, strict=True) for a, b in zip(one, other, strict=True)) <= 2


def test_a_picture_lies_as_its_camera_said(app):
    turned = Image.open(io.BytesIO(anonymous(picture("JPEG", orientation=6), "jpg")))
    assert turned.size == (20, 40) and not dict(turned.getexif())


def pdf(*, password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": NAME, "/Title": f"Bai cua {NAME}"})
    note = FreeText(text="ghi chu", rect=(10, 10, 60, 60))
    writer.add_annotation(0, note)[NameObject("/T")] = TextStringObject(NAME)
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_pdfs_tell_no_author():
    data = pdf()
    assert NAME.encode() in data
    plain = anonymous(data, "pdf")
    assert NAME.encode() not in plain
    found = PdfReader(io.BytesIO(plain))
    assert len(found.pages) == 1 and not (found.metadata or {}).get("/Author")
    assert found.pages[0]["/Annots"][0].get_object()["/Contents"] == "ghi chu"


def office(parts: dict[str, str | bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as bundle:
        for name, data in parts.items():
            bundle.writestr(name, data)
    return target.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PARTS = {
    "docx": {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<w:document {W}><w:ins w:id="1" w:author="{NAME}"><w:t>Bai lam</w:t></w:ins></w:document>',
        "word/comments.xml": f'<w:comments {W}><w:comment w:author="{NAME}" w:initials="B"><w:t>y kien</w:t></w:comment></w:comments>',
        "word/media/image1.jpeg": picture("JPEG"),
        "docProps/core.xml": f"<cp:coreProperties><dc:creator>{NAME}</dc:creator><cp:lastModifiedBy>{NAME}</cp:lastModifiedBy></cp:coreProperties>",
        "docProps/app.xml": f"<Properties><Company>{NAME}</Company></Properties>",
    },
    "xlsx": {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": "<workbook/>",
        "xl/comments1.xml": f"<comments><authors><author>{NAME}</author></authors></comments>",
        "xl/persons/person.xml": f'<personList><person displayName="{NAME}" id="1" userId="{NAME}"/></personList>',
    },
    "pptx": {
        "[Content_Types].xml": "<Types/>",
        "ppt/presentation.xml": "<p/>",
        "ppt/commentAuthors.xml": f'<p:cmAuthorLst><p:cmAuthor id="0" name="{NAME}" initials="B"/></p:cmAuthorLst>',
    },
    "odt": {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "meta.xml": f"<office:meta><meta:initial-creator>{NAME}</meta:initial-creator><dc:creator>{NAME}</dc:creator></office:meta>",
        "content.xml": f"<office:annotation><dc:creator>{NAME}</dc:creator><text:p>y kien</text:p></office:annotation>",
    },
}


@pytest.mark.parametrize("kind", PARTS)
def test_office_files_tell_no_author_and_keep_their_text(kind):
    data = office(PARTS[kind])
    assert format_of(data) == kind
    plain = anonymous(data, kind)
    assert format_of(plain) == kind
    with zipfile.ZipFile(io.BytesIO(plain)) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    assert list(parts) == list(PARTS[kind])
    assert not [name for name, content in parts.items() if NAME.encode() in content]
    text = b"".join(parts.values())
    assert kind not in ("docx", "odt") or b"y kien" in text
    assert kind != "docx" or b"Bai lam" in text


@pytest.mark.parametrize(
    ("data", "kind"),
    [(pdf(password="x"), "pdf"), (b"%PDF-1.7 broken", "pdf"), (b"\xff\xd8\xff broken", "jpg"), (b"PK\x03\x04", "docx")],
)
def test_what_is_locked_or_broken_is_left_as_it_is(app, data, kind):
    assert anonymous(data, kind) is None


def test_a_picture_that_unpacks_to_a_bomb_is_not_unpacked():
    target = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(target, "PNG")
    assert anonymous(target.getvalue(), "png") is None
