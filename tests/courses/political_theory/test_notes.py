"""Documents and private notes: immutable, the author's alone, encrypted, expiring."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from academy.catalog.queries import find_course
from academy.catalog.services import publish_course, publish_lesson_version, set_visibility
from academy.enrollment.services import enroll
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.kernel.jobs import run_all
from academy.plugins.manager import installed_modules
from academy.questions.services import save_item
from academy.search.documents import course_documents
from courses.political_theory import queries, services
from courses.political_theory.models import Annotation
from courses.political_theory.passages import document_of
from tests.courses.political_theory.conftest import (
    EFFECT,
    ENGLISH,
    HASH,
    KIND,
    TEXT,
    VIETNAMESE,
    make_reading,
    place,
    raw_spec,
)
from tests.factories import create_actor, sign_in

BASE = "/modules/political_theory"
SECRET = "Tôi nghĩ quy định này chưa rõ."


@pytest.fixture
def reader(reading):
    return create_actor()


def note(actor, words=EFFECT, category="claim", said=SECRET) -> int:
    (annotation_id,) = services.annotate(actor, HASH, [tuple(place(words))], category, said)
    return annotation_id


def notes(actor):
    return queries.list_annotations(actor, queries.get_document(actor, HASH))


# --- documents ------------------------------------------------------------------------------------


def test_publishing_stores_the_documents(reading, reader):
    listed = {row.hash: row for row in queries.list_documents(reader)}
    assert set(listed) == {HASH, document_of(ENGLISH).hash}
    assert listed[HASH].title == "QUYẾT ĐỊNH về việc mở lớp" and listed[HASH].lang == "vi"
    assert services.store_documents(Actor.system(), reading.course_id) == 0


def test_a_new_version_is_a_new_document_and_notes_stay_with_theirs(reading, reader):
    note(reader)
    changed = VIETNAMESE.replace("thứ ba", "thứ năm")
    save_item(
        Actor.system(), reading.course_id, "hieu-luc", KIND, raw_spec(document={"vi": changed, "en": ENGLISH}),
        lesson="bai", outcome="o1",
    )  # fmt: skip
    publish_lesson_version(
        Actor.system(), reading.course_id, "bai", {"vi": TEXT.replace("Một đoạn.", "Đoạn mới.")}
    )
    publish_course(Actor.system(), reading.course_id)
    run_all()
    hashes = {row.hash for row in queries.list_documents(reader)}
    assert hashes == {HASH, document_of(changed).hash, document_of(ENGLISH).hash}, "the old one for its note"
    assert {row.hash for row in queries.list_documents(create_actor())} == hashes - {HASH}
    assert notes(reader)[0].quote == EFFECT


def test_documents_of_hidden_courses_are_not_found(reading):
    make_reading("noi-bo", owner="77/", document={"vi": VIETNAMESE + " Thêm.", "en": ENGLISH})
    hidden = document_of(VIETNAMESE + " Thêm.").hash
    stranger = create_actor()
    assert queries.get_document(stranger, hidden)
    set_visibility(Actor.system(), find_course("noi-bo").id, "restricted")
    with pytest.raises(NotFound):
        queries.get_document(stranger, hidden)
    assert queries.get_document(stranger, document_of(ENGLISH).hash), "the same text, in a course one may see"


def test_only_the_academy_stores_documents(reading, reader):
    with pytest.raises(NotFound):
        services.store_documents(reader, reading.course_id)


# --- notes ----------------------------------------------------------------------------------------


def test_a_note_on_a_passage(reading, reader):
    note(reader)
    (found,) = notes(reader)
    assert (found.quote, found.category, found.note) == (EFFECT, "claim", SECRET)


def test_sentences_in_a_row_are_one_note_paragraphs_are_not(reading, reader):
    row = [tuple(place("Mở một lớp tại chỗ.")), tuple(place("Lớp học vào thứ ba."))]
    apart = [tuple(place("VĂN BẢN HƯ CẤU")), tuple(place("Số: 12/QĐ-UBND."))]
    assert len(services.annotate(reader, HASH, row, "reason")) == 1
    assert len(services.annotate(reader, HASH, apart, "example")) == 2


@pytest.mark.parametrize(
    ("ranges", "category", "said", "field"),
    [
        ([], "claim", "", "sentence"),
        ([(5, 5)], "claim", "", "sentence"),
        ([(14, 16)], "claim", "", "sentence"),
        ([(0, 14)], "opinion", "", "category"),
        ([(0, 14)], "", "", "category"),
        ([(0, 14)], "claim", "x" * 2001, "note"),
    ],
)
def test_faulty_notes_name_their_field(reading, reader, ranges, category, said, field):
    with pytest.raises(Invalid) as refusal:
        services.annotate(reader, HASH, ranges, category, said)
    assert field in refusal.value.errors


def test_notes_are_nobody_elses(reading, reader):
    annotation_id = note(reader)
    for other in (
        create_actor(),
        create_actor(Role.ADMINISTRATOR, Role.INSPECTOR, Role.INSTRUCTOR),
        Actor.system(),
    ):
        if other.person_id is not None:
            assert notes(other) == []
        for act in (
            lambda actor=other: queries.get_annotation(actor, annotation_id),
            lambda actor=other: services.change_note(actor, annotation_id, category="claim", note="x"),
            lambda actor=other: services.delete_annotation(actor, annotation_id),
        ):
            with pytest.raises(NotFound):
                act()
    assert notes(reader)[0].note == SECRET


def test_only_persons_take_notes(reading):
    with pytest.raises(Forbidden):
        services.annotate(Actor.system(), HASH, [(0, 14)], "claim")


def test_notes_are_encrypted_at_rest(reading, reader, session):
    note(reader)
    stored = session.execute(text("SELECT note FROM political_theory_annotation")).scalar_one()
    assert "quy định" not in stored and len(stored) > 50


def test_notes_are_never_indexed(reading, reader):
    note(reader)
    assert SECRET not in json.dumps(
        [str(document) for document in course_documents(reading.course_id)], ensure_ascii=False
    )
    assert "political_theory" not in installed_modules().ask(
        "academy_search_documents", course_id=reading.course_id
    )


def test_change_and_delete(reading, reader):
    annotation_id = note(reader)
    services.change_note(reader, annotation_id, category="question", note="Vì sao?")
    assert (notes(reader)[0].category, notes(reader)[0].note) == ("question", "Vì sao?")
    with pytest.raises(Invalid):
        services.change_note(reader, annotation_id, category="x", note="")
    services.delete_annotation(reader, annotation_id)
    assert notes(reader) == []


def test_there_is_a_limit(reading, reader, monkeypatch):
    monkeypatch.setattr(services, "MAX_NOTES_PER_DOCUMENT", 2)
    note(reader)
    note(reader)
    with pytest.raises(Conflict):
        note(reader)


def test_notes_expire_when_nobody_touches_them(reading, reader):
    with clock.frozen("2026-01-01T00:00:00Z"):
        old = note(reader, "Mở một lớp tại chỗ.")
        touched = note(reader)
    with clock.frozen("2027-06-01T00:00:00Z"):
        services.change_note(reader, touched, category="claim", note="còn dùng")
    with clock.frozen("2026-01-01T00:00:00Z") as start:
        later = start + services.NOTES_KEPT + timedelta(days=1)
    with clock.frozen(later):
        assert services.expire_annotations(Actor.system()) == 1
    assert [row.id for row in notes(reader)] == [touched] and old != touched
    with pytest.raises(NotFound):
        services.expire_annotations(reader)


def test_export_and_erase(reading, reader):
    other = create_actor()
    note(reader)
    note(other, said="khác")
    told = installed_modules().demand("academy_learner_export", person_id=reader.person_id)[
        "political_theory"
    ]
    assert [(row["passage"], row["note"]) for row in told["notes"]] == [(EFFECT, SECRET)]
    installed_modules().demand("academy_learner_erase", person_id=reader.person_id)
    assert notes(reader) == [] and len(notes(other)) == 1


def test_retention_is_declared(reading):
    stored = installed_modules().find("political_theory").stored_data
    assert [(row.table, row.retention_days) for row in stored] == [
        (Annotation.__tablename__, services.NOTES_KEPT.days)
    ]


# --- pages ----------------------------------------------------------------------------------------


@pytest.fixture
def signed(reading, reader, client):
    token = sign_in(client, reader)

    def post(path: str, **fields):
        return client.post(path, data=fields | {"csrf_token": token})

    return post


def test_reading_and_annotating_by_plain_forms(client, signed, reader):
    listed = client.get(f"{BASE}/").get_data(as_text=True)
    assert f"{BASE}/documents/{HASH}" in listed
    page = client.get(f"{BASE}/documents/{HASH}").get_data(as_text=True)
    values = re.findall(r'name="passage.sentence" value="([^"]+)"', page)
    assert len(values) == 7
    answer = signed(
        f"{BASE}/documents/{HASH}", **{"passage.sentence": values[5], "category": "claim", "note": SECRET}
    )
    assert answer.status_code == 303
    assert notes(reader)[0].quote == EFFECT
    page = client.get(f"{BASE}/documents/{HASH}").get_data(as_text=True)
    assert SECRET in page and f'id="note-{notes(reader)[0].id}"' in page
    assert "no-store" in client.get(f"{BASE}/documents/{HASH}").headers["Cache-Control"]


def test_a_refused_note_comes_back_as_it_was(client, signed, reader):
    start, end = place(EFFECT)
    fields = {"passage.sentence": f"{HASH}:{start}-{end}", "note": SECRET}
    answer = signed(f"{BASE}/documents/{HASH}", **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and SECRET in page and 'role="alert"' in page
    assert re.search(rf'value="{HASH}:{start}-{end}" checked', page)
    assert notes(reader) == []


def test_passages_marked_by_hand_arrive_from_the_same_form(signed, reader):
    start, end = place("kể từ ngày")
    fields = {"passage.marked": f"{HASH}:{start}-{end}", "category": "question"}
    assert signed(f"{BASE}/documents/{HASH}", **fields).status_code == 303
    assert notes(reader)[0].quote == "kể từ ngày"


def test_changing_and_deleting_by_form(client, signed, reader):
    annotation_id = note(reader)
    address = f"{BASE}/documents/{HASH}/notes/{annotation_id}"
    assert signed(address, category="reason", note="khác").status_code == 303
    assert notes(reader)[0].category == "reason"
    assert signed(address, delete="1").status_code == 303
    assert signed(address, delete="1").status_code == 404


def test_strangers_sign_in_first(reading, client):
    assert client.get(f"{BASE}/documents/{HASH}").status_code == 303
    assert client.get(f"{BASE}/").status_code == 303


def test_unknown_documents_are_not_found(client, signed):
    assert client.get(f"{BASE}/documents/{'0' * 32}").status_code == 404
    assert signed(f"{BASE}/documents/nonsense", category="claim").status_code == 404


def test_the_exercise_leads_to_the_document(reading, reader, client):
    enroll(reader, reading.slug)
    sign_in(client, reader)
    page = client.get(f"/courses/{reading.slug}/lessons/bai").get_data(as_text=True)
    assert f"{BASE}/documents/{HASH}" in page
    assert "Câu đầu của Điều 2." not in page and 'class="piece-' not in page


def test_the_list_costs_one_query_for_many(reading, reader, count_queries):
    for number in range(3):
        make_reading(f"khoa-{number}", document={"vi": f"{VIETNAMESE} {number}", "en": ENGLISH})
    with count_queries() as queries_run:
        assert len(queries.list_documents(reader)) == 5
    assert len(queries_run) == 1


def test_a_changed_exercise_alone_brings_its_document(reading, reader):
    text = VIETNAMESE.replace("thứ ba", "thứ năm")
    save_item(
        Actor.system(),
        reading.course_id,
        "hieu-luc",
        KIND,
        raw_spec(document={"vi": text, "en": ENGLISH}),
        lesson="bai",
        outcome="o1",
    )
    run_all()
    assert queries.get_document(reader, document_of(text).hash).document.text == text
