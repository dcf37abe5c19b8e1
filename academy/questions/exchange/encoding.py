"""The letters of a text file, whatever it was saved in."""

from __future__ import annotations

from academy.questions.exchange.neutral import Note

__all__ = ["decode"]


def decode(data: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text with line feeds for line ends, and a note if its encoding had to be guessed."""
    notes: tuple[Note, ...] = ()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            # as browsers do: what Windows-1252 leaves open is read as Latin-1
            text = "".join(_CP1252.get(byte, chr(byte)) for byte in data)
            notes = (Note("cp1252"),)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""), notes


_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)}
