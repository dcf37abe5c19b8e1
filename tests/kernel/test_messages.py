"""Texts that commands print in English and pages say in the reader's language."""

from __future__ import annotations

from academy.catalog.markdown import render_lesson
from academy.kernel import i18n
from academy.kernel.i18n import Message, message, translated


def test_a_message_is_its_english_text_and_remembers_what_to_translate(app, monkeypatch):
    text = message("There is no box of the kind “%(kind)s”", kind="noot")
    assert text == "There is no box of the kind “noot”"
    monkeypatch.setattr(i18n, "gettext", lambda text, **values: f"vi:{text % values}")
    assert translated(text) == "vi:There is no box of the kind “noot”"
    assert translated("as it is") == "as it is"


def test_every_fault_of_markdown_can_be_said_in_the_language_of_its_author(app):
    source = (
        "# Một\n\n#### Hai\n\n::: noot\nx [[exercise:a]] <b>x</b>\n\n## Trong\n:::\n\n![](x.png) [y](nirgends)\n\n"
        "[[999/2030/NĐ-CP]] [[exercise:a\n\n[[exercise:a]]\n\n[[exercise:a]]\n\n$\\frac{$ [z](#khong)\n"
    )
    faults = render_lesson(source, lang="vi").faults
    assert len(faults) > 8
    assert [fault for fault in faults if not isinstance(fault.message, Message)] == []
    assert [fault for fault in faults if not isinstance(fault.remedy, Message)] == []
