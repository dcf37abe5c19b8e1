"""A small content folder that is sound, and that tests break one thing at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

TOPICS = """\
- {slug: public-administration, parent: null, title: {vi: Quản lý nhà nước, en: Public administration}}
- {slug: official-documents, parent: public-administration, title: {vi: Văn bản, en: Official documents}}
- {slug: smart-city, parent: null, title: {vi: Đô thị thông minh, en: Smart city}}
"""

LEGAL = """\
- number: 171/2025/NĐ-CP
  kind: decree
  title: {vi: Nghị định về đào tạo công chức, en: Decree on training civil servants}
  issuer: {vi: Chính phủ, en: Government}
  issued: 2025-06-30
  effective: 2025-07-01
  until: null
  replaces: [101/2017/NĐ-CP]
  status: in_force
- number: 101/2017/NĐ-CP
  kind: decree
  title: {vi: Nghị định cũ về đào tạo, en: The former decree on training}
  issuer: {vi: Chính phủ, en: Government}
  issued: 2017-09-01
  effective: 2017-10-21
  until: 2025-06-30
  replaces: []
  status: replaced
"""

COURSE = """\
id: doc-van-kien
title: {vi: Đọc văn kiện, en: Reading documents, de: Dokumente lesen}
summary: {vi: Đọc đúng và trích dẫn đúng., en: Read and cite correctly.}
level: basic
periods: 4
languages: [vi, en]
topics: [official-documents]
outcomes:
  - {id: o1, text: {vi: Trích dẫn đúng, en: Cite correctly}, bloom: apply}
prerequisites: []
completion: {lessons: all, exercises: all, quiz: final}
outline:
  - {lesson: 01-hieu-luc, minutes: 25, outcomes: [o1]}
  - {lesson: 02-trich-dan, minutes: 20, outcomes: [o1]}
quizzes: [final]
"""

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 180">
  <title>Sơ đồ</title>
  <rect width="360" height="180" fill="#fbfaf7"/>
</svg>
"""

LESSONS = {
    "01-hieu-luc.vi.md": """\
---
title: Hiệu lực của văn bản
summary: Khi nào văn bản có hiệu lực.
objectives:
  - Nêu được ngày **có hiệu lực**
glossary:
  - {term: hiệu lực, text: Giá trị bắt buộc thi hành}
sources:
  - Nghị định [[171/2025/NĐ-CP]]
---

Mở đầu.

## Ngày có hiệu lực {#ngay}

Theo [[171/2025/NĐ-CP#d5.k2]], không còn [[101/2017/ND-CP]].

![Sơ đồ hiệu lực](figures/so-do.svg "Từ ban hành đến hiệu lực")

[[exercise:hieu-luc-1]]

Đoạn cuối.
""",
    "01-hieu-luc.en.md": """\
---
title: Validity of a document
---

Introduction.

## Date of effect {#ngay}

Under [[171/2025/NĐ-CP#d5.k2]], no longer [[101/2017/NĐ-CP]].

![Diagram of validity](figures/so-do.svg "From issue to effect")

[[exercise:hieu-luc-1]]

Last paragraph.
""",
    "02-trich-dan.vi.md": """\
---
title: Trích dẫn
---

## Cách trích dẫn {#cach}

Xem [bài trước](01-hieu-luc#ngay).
""",
    "02-trich-dan.en.md": """\
---
title: Citing
---

## How to cite {#cach}

See [the lesson before](01-hieu-luc#ngay).
""",
}


class Content:
    """A content folder on disk with the handles that tests pull."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.course = root / "political_theory" / "doc-van-kien"

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file of the course, or with a leading ``/`` of the content folder."""
        target = self.root / path[1:] if path.startswith("/") else self.course / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def read(self, path: str) -> str:
        return (self.root / path[1:] if path.startswith("/") else self.course / path).read_text()

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text
        self.write(path, text.replace(old, new))

    def remove(self, path: str) -> None:
        (self.course / path).unlink()

    def add_course(self, slug: str, **changes: str) -> None:
        """A second course with the same lessons; ``changes`` replace whole lines of course.yaml."""
        target = self.course.parent / slug
        shutil.copytree(self.course, target)
        text = COURSE.replace("id: doc-van-kien", f"id: {slug}")
        for key, line in changes.items():
            text = "\n".join(line if old.startswith(f"{key}:") else old for old in text.splitlines())
        (target / "course.yaml").write_text(text + "\n")


@pytest.fixture
def content(tmp_path: Path) -> Content:
    made = Content(tmp_path / "content")
    made.write("/topics.yaml", TOPICS)
    made.write("/political_theory/legal.yaml", LEGAL)
    made.write("course.yaml", COURSE)
    made.write("figures/so-do.svg", SVG)
    for name, text in LESSONS.items():
        made.write(name, text)
    return made
