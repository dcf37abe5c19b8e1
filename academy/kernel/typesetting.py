"""Setting pages as PDF: the faces that the academy carries along, and Typst at work on a template.

Nothing of the machine is used, neither its fonts nor its clock, so the same data always give the same bytes.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).parent / "fonts"

__all__ = ["FONTS", "Press", "can_show", "faces", "press"]


@lru_cache(maxsize=1)
def faces() -> typst.Fonts:
    """The academy's own faces; read once per process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@lru_cache(maxsize=1)
def _all_faces() -> typst.Fonts:
    """With those that Typst brings: for code and for formulas."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


class Press:
    """A template with its pictures, ready to set many documents; see :func:`press`."""

    def __init__(self, compiler: typst.Compiler) -> None:
        self._compiler = compiler

    def pdf(self, data: Any) -> bytes:
        """A PDF of the template with ``data``, which it reads as JSON from ``sys.inputs.data``."""
        return self._compiler.compile(
            format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, timestamp=0
        )


def can_show(name: str, data: bytes) -> bool:
    """Whether a picture can be set: of a form that Typst reads, and not damaged."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / Path(name).name).write_bytes(data)
        page = root / "page.typ"
        page.write_text(f'#image("{Path(name).name}", width: 10mm)', encoding="utf-8")
        try:
            typst.Compiler(str(page), root=folder, font_paths=faces(), ignore_system_fonts=True).compile(format="pdf")
        except typst.TypstError:
            return False
    return True


@contextmanager
def press(template: Path, files: Mapping[str, bytes]) -> Iterator[Press]:
    """A press for one template.

    Args:
        files: name → content of what the template may read beside itself, such as pictures; plain names.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copyfile(template, root / template.name)
        for name, data in files.items():
            (root / Path(name).name).write_bytes(data)
        yield Press(
            typst.Compiler(
                str(root / template.name), root=folder, font_paths=_all_faces(), ignore_system_fonts=True
            )
        )
