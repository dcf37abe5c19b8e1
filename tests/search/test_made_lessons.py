"""The lessons that searches are measured on: the same every time, a small library the beginning of a large one."""

import subprocess
import sys
from hashlib import sha256

import pytest

from academy.config import PROJECT_ROOT
from academy.kernel.text import nfc
from academy.search.backend import PUBLIC, Scope
from academy.search.query import parse
from tests.bench.finding.lessons import PER_COURSE, RESTRICTED, lesson, lessons, text_of
from tests.bench.finding.questions import KINDS, questions, typed
from tests.search.conftest import EVERYTHING, build

COUNT = 80


def digest(count):
    return sha256("\n".join(repr(doc) for doc in lessons(count)).encode()).hexdigest()


def test_another_process_makes_the_same_lessons():
    told = subprocess.run(
        [sys.executable, "-c", "from tests.search.test_made_lessons import digest; print(digest(30))"],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == digest(30)


def test_a_lesson_is_the_same_in_every_library():
    assert lesson(17) == list(lessons(40))[17]
    assert lesson(17) != lesson(18)


def test_lessons_are_of_three_languages_in_their_shares_and_composed():
    found = list(lessons(400))
    share = {lang: sum(doc.lang == lang for doc in found) / len(found) for lang in ("vi", "en", "de")}
    assert share == pytest.approx({"vi": 0.65, "en": 0.18, "de": 0.17}, abs=0.06)
    assert all(text_of(doc) == nfc(text_of(doc)) for doc in found)
    words = sum(text_of(doc).count(" ") for doc in found) / len(found)
    assert 600 < words < 850


def test_every_question_asked_of_all_has_an_answer(tmp_path):
    index = build(tmp_path, lessons(COUNT))
    asked = questions(COUNT, 4)
    assert asked == questions(COUNT, 4)
    assert {kind: sum(one.kind == kind for one in asked) for kind in KINDS} == dict.fromkeys(KINDS, 4)
    for question in asked:
        query = parse(question.text).narrowed(course=question.course)
        if question.kind != "typing error":  # not every slip can be read
            assert index.search(query, EVERYTHING).total, question
    assert len(typed(COUNT, 30)) == len(set(typed(COUNT, 30))) == 30


def test_every_tenth_course_is_not_for_everybody(tmp_path):
    count = PER_COURSE * RESTRICTED + PER_COURSE
    open_to_all = [doc for doc in lessons(count) if PUBLIC in doc.labels]
    assert len(open_to_all) == count - 2 * PER_COURSE
    index = build(
        tmp_path, (lesson(number) for number in range(15, 25))
    )  # course 0 is restricted, course 1 is not
    found = index.search(
        parse("lang:vi OR a OR the OR die OR của OR được"), Scope(frozenset([PUBLIC])), limit=50
    )
    assert found.total and all(hit.course == "bench-1" for hit in found.hits)
