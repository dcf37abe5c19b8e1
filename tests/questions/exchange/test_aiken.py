"""Aiken: what it is, and what is none."""

from __future__ import annotations

from academy.questions.exchange.aiken import read_aiken
from academy.questions.exchange.neutral import Refused

TEXT = """Ai ký nghị định?
A. Thủ tướng
B) Chủ tịch nước
ANSWER: A

Câu hỏi
hai dòng
A. một
B. hai
C. ba
answer: c
"""


def test_questions_and_their_lines():
    first, second = read_aiken(TEXT.encode()).questions
    assert first.text == "Ai ký nghị định?" and (first.line, second.line) == (1, 6)
    assert [(option.text, int(option.weight)) for option in first.body.options] == [
        ("Thủ tướng", 100),
        ("Chủ tịch nước", 0),
    ]
    assert second.text == "Câu hỏi\nhai dòng" and [int(o.weight) for o in second.body.options] == [0, 0, 100]


def test_what_is_broken_is_refused_and_the_rest_is_read():
    text = "a\nA. x\nB. y\nb\nA. x\nB. y\nANSWER: B\n\nc\nA. x\nB. y\nANSWER: D\n\nd\nA. x\nANSWER: A\n\ne\nA. x\nA. y\nANSWER: A\n\nf"
    questions = read_aiken(text.encode()).questions
    refused = [isinstance(question.body, Refused) for question in questions]
    assert refused == [True, False, True, True, True, True]
    assert [question.text for question in questions] == list("abcdef")
