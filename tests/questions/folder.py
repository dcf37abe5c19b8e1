"""A small content folder with one course, for the tests of what lies beside its lessons."""

from __future__ import annotations

from pathlib import Path

COURSE = """\
id: van-ban
title: {vi: Văn bản, en: Documents, de: Dokumente}
summary: {vi: Đọc văn bản., en: Read documents.}
level: basic
periods: 2
languages: [vi, en]
topics: []
outcomes:
  - {id: o1, text: {vi: Nhận biết, en: Recognise}, bloom: understand}
  - {id: o2, text: {vi: Áp dụng, en: Apply}, bloom: apply}
prerequisites: []
completion: {lessons: all, exercises: all, quiz: final}
outline:
  - {lesson: 01-luat, minutes: 10, outcomes: [o1, o2]}
quizzes: [final]
"""
LESSON = """\
---
title: Luật
---
## Phần một {#mot}

Chữ.

[[exercise:luat-1]]
"""
QUESTIONS = """\
- key: luat-1
  kind: truefalse
  outcome: o1
  use: [lesson, pool]
  spec:
    text: {vi: Luật cao hơn thông tư., en: A law ranks above a circular.}
    answer: true
- key: luat-2
  kind: single
  outcome: o2
  difficulty: 3
  use: [pool]
  spec:
    text: {vi: "Ai ban hành luật?", en: "Who passes laws?"}
    options:
      - {id: a, text: {vi: Quốc hội, en: National Assembly}, correct: true}
      - {id: b, text: {vi: Chính phủ, en: Government}}
"""
QUIZ = """\
id: final
title: {vi: Kiểm tra, en: Test, de: Test}
minutes: 10
attempts: 2
pass_mark: "5.0"
shuffle: {items: true, options: true}
draw:
  - {outcome: o1, count: 1, weight: "1", shown: true}
  - {outcome: o2, kinds: [single], difficulty: [2, 3], count: 1, weight: "2"}
review: {after_submit: [score, outcomes], after_close: [score, outcomes, answers, feedback]}
"""


def write_folder(root: Path) -> Path:
    """Write a faultless content folder; returns the course's own folder."""
    course = root / "political_theory" / "van-ban"
    (course / "questions").mkdir(parents=True)
    (course / "quizzes").mkdir()
    (root / "topics.yaml").write_text("[]\n", encoding="utf-8")
    files = {
        "course.yaml": COURSE,
        "01-luat.vi.md": LESSON,
        "01-luat.en.md": LESSON.replace("Luật", "Law"),
        "questions/01-luat.yaml": QUESTIONS,
        "quizzes/final.yaml": QUIZ,
    }
    for name, text in files.items():
        (course / name).write_text(text, encoding="utf-8")
    return course


def replace(path: Path, old: str, new: str) -> None:
    """Change one thing in a file; the old text must stand there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
