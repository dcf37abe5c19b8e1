"""Files of answers: uploaded, named by an answer, stored with it, served to few, tidied away when nobody names them."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from academy.kernel import clock
from academy.kernel.errors import AcademyError, Conflict, Invalid, NotFound, TooMany
from academy.kernel.storage import Storage, answer_files
from academy.quizzes import queries, services
from academy.quizzes.errors import AttemptClosed
from academy.quizzes.jobs import tidy_uploads
from tests.questions.form_reader import Fields
from tests.quizzes.sitting import run_jobs, view
from tests.quizzes.test_pages import Reader

PDF = b"%PDF-1.7\nreport"
OTHER = b"%PDF-1.7\nanother"


class Sitting:
    """A learner with an open attempt that asks for a file."""

    def __init__(self, sat, name="Nộp Tệp"):
        self.sat = sat
        self.actor = sat.learner(name)
        self.attempt = services.start_attempt(self.actor, sat.quiz_id)
        self.slots = {slot.version.kind: slot.slot for slot in view(self.actor, self.attempt).slots}
        self.slot = self.slots["file"]

    def upload(self, data=PDF, name="báo cáo.pdf", slot=None):
        return services.upload_file(self.actor, self.attempt, slot or self.slot, name, data)

    def save(self, *keys, sequence=1):
        answer = {"files": [{"key": key} for key in keys]} if keys else None
        return services.save_answer(self.actor, self.attempt, self.slot, sequence, answer)

    @property
    def answer(self):
        return view(self.actor, self.attempt).slot(self.slot).answer


@pytest.fixture(autouse=True)
def folder_of_its_own(app, tmp_path, monkeypatch):
    """Files outlive the test's transaction: each test has its own."""
    monkeypatch.setitem(app.extensions, "academy_answer_files", Storage(tmp_path / "answers"))


@pytest.fixture
def sitting(sat_by_hand):
    return Sitting(sat_by_hand)


def test_an_upload_is_no_answer_until_one_names_it(sitting):
    kept = sitting.upload()
    assert (kept.name, kept.bytes) == ("báo cáo.pdf", len(PDF)) and kept.key.endswith(".pdf")
    assert sitting.answer is None
    stored = sitting.save(kept.key)
    assert stored.accepted and stored.stored_sequence == 1
    assert sitting.answer == {"files": [{"key": kept.key, "name": "báo cáo.pdf", "bytes": len(PDF)}]}
    log = queries.get_log(sitting.sat.instructor, sitting.attempt)
    assert [(row.slot, row.sequence, row.answer) for row in log] == [(sitting.slot, 1, sitting.answer)]


def test_trying_again_changes_nothing(sitting):
    assert sitting.upload() == sitting.upload(name="tên khác.pdf")
    key = sitting.upload().key
    assert sitting.save(key) == sitting.save(key)


def test_what_a_client_says_of_a_file_is_not_believed(sitting):
    kept = sitting.upload()
    lie = {"files": [{"key": kept.key, "name": "điểm 10.pdf", "bytes": 1}]}
    services.save_answer(sitting.actor, sitting.attempt, sitting.slot, 1, lie)
    assert sitting.answer["files"][0]["name"] == "báo cáo.pdf"


def test_nobody_hands_in_or_reads_a_file_that_another_uploaded(sitting, sat_by_hand):
    """Knowing the hash of a file gives no right to it."""
    key = sitting.upload().key
    stranger = Sitting(sat_by_hand, "Người Khác")
    with pytest.raises(Invalid, match="not here"):
        stranger.save(key)
    assert stranger.answer is None
    for attempt in (sitting.attempt, stranger.attempt):
        with pytest.raises(NotFound):
            services.answer_file(stranger.actor, attempt, key)
    with pytest.raises(NotFound):
        services.upload_file(stranger.actor, sitting.attempt, sitting.slot, "x.pdf", PDF)
    assert services.answer_file(sitting.sat.instructor, sitting.attempt, key).path.read_bytes() == PDF


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty"), (b"MZ\x90\x00", "no file of the formats"), (b"plain text", "no file of the formats"), (b"%PDF-" + b"x" * 1024 * 1024, "larger than 1 MB")],
    ids=["empty", "program", "another format", "too large"],
)
def test_what_is_not_asked_for_is_refused_with_the_rule(sitting, data, said):
    with pytest.raises(Invalid) as refusal:
        sitting.upload(data, "report.pdf")
    assert said in str(refusal.value.errors["file"][0])


def test_an_item_without_files_takes_none(sitting):
    with pytest.raises(Conflict, match="takes no files"):
        sitting.upload(slot=sitting.slots["extended"])


def test_uploads_of_an_item_are_limited(sitting):
    for number in range(10):
        sitting.upload(PDF + bytes([65 + number]))
    with pytest.raises(Conflict, match="Too many files"):
        sitting.upload(PDF + b"one more")
    sitting.upload(PDF + b"A")  # known already: trying again is always possible


def test_uploads_of_a_person_are_limited_in_time(sitting):
    with pytest.raises(TooMany):
        for _ in range(121):
            sitting.upload()


def test_after_the_time_nothing_is_taken(sitting):
    with clock.frozen((clock.now() + timedelta(minutes=45)).isoformat()), pytest.raises(AttemptClosed):
        sitting.upload()


def test_a_paper_with_written_answers_waits_for_a_person_and_no_job_fails_over_it(sitting):
    sitting.save(sitting.upload().key)
    services.save_answer(sitting.actor, sitting.attempt, sitting.slots["extended"], 1, "Vì dân.")
    services.submit_attempt(sitting.actor, sitting.attempt)
    closed = view(sitting.actor, sitting.attempt)
    assert closed.attempt.pending and closed.attempt.mark is None
    run_jobs()
    services.grade_pending(sitting.attempt)  # a job of another grader leaves it waiting, without a fault
    assert view(sitting.actor, sitting.attempt).attempt.pending


def test_a_paper_without_written_answers_is_marked_at_once(sitting):
    services.submit_attempt(sitting.actor, sitting.attempt)
    closed = view(sitting.actor, sitting.attempt).attempt
    assert (closed.pending, closed.mark) == (False, 0)


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.fixture
def reader(app, sitting):
    return Reader(app.test_client(), sitting.actor)


def test_the_endpoint_keeps_a_file_and_acknowledges_it(app, sitting, reader):
    path = f"/api/v1/attempts/{sitting.attempt}/answers/{sitting.slot}/files"
    send = {"headers": {"X-CSRFToken": reader.token}}
    answer = reader.client.post(path, data={"file": (io.BytesIO(PDF), "báo cáo.pdf")}, **send)
    assert answer.status_code == 201 and set(answer.json) == {"key", "name", "bytes"}
    assert reader.client.post(path, data={}, **send).status_code == 422
    refused = reader.client.post(path, data={"file": (io.BytesIO(b"MZ\0"), "báo cáo.pdf")}, **send)
    assert refused.status_code == 422 and "file" in refused.json["errors"]
    fields = {f"s{sitting.slot}.file": f"{answer.json['key']} {answer.json['name']}"}
    stored = reader.client.put(path.removesuffix("/files"), json={"sequence": 1, "fields": fields}, **send)
    assert stored.status_code == 200 and stored.json["accepted"]


def test_a_larger_body_is_taken_there_and_nowhere_else(app, sitting, reader):
    path = f"/api/v1/attempts/{sitting.attempt}/answers/{sitting.slot}/files"
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'
    body = head + b"x" * 9 * 1024 * 1024 + b"\r\n--cut--\r\n"

    def sent(address: str) -> int:
        headers = {"X-CSRFToken": reader.token, "Content-Type": "multipart/form-data; boundary=cut"}
        return reader.client.post(address, data=body, headers=headers).status_code

    assert sent(path) == 422  # read, and larger than the one MB that the item allows
    assert sent(f"/quizzes/{sitting.sat.quiz_id}/attempts") == 413


def test_a_file_is_sent_so_that_it_can_do_nothing(app, sitting, reader):
    key = sitting.upload(name='x"; filename=evil.html').key
    with reader.client.get(f"/attempts/{sitting.attempt}/files/{key}") as answer:
        assert answer.status_code == 200 and answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.mimetype == "application/pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"] and "no-store" in answer.headers["Cache-Control"]
    other = Reader(app.test_client(), sitting.sat.learner("Khác"))
    other.get(f"/attempts/{sitting.attempt}/files/{key}", status=404)
    for wrong in ("x", "0" * 64 + ".pdf", "..%2f..%2fsecret_key", key + "x"):
        assert reader.client.get(f"/attempts/{sitting.attempt}/files/{wrong}").status_code == 404
    teacher = Reader(app.test_client(), sitting.sat.instructor)
    with teacher.client.get(f"/attempts/{sitting.attempt}/files/{key}") as answer:
        assert answer.data == PDF


def page_form(reader, sitting) -> MultiDict:
    return Fields(reader.get(f"/attempts/{sitting.attempt}")).values


def test_without_scripts_files_go_with_the_form(sitting, reader):
    page = reader.get(f"/attempts/{sitting.attempt}")
    assert next(form for form in Fields(page).forms if "data-attempt" in form)["enctype"] == "multipart/form-data"
    name, form = f"s{sitting.slot}", Fields(page).values
    form.setlist(f"{name}.upload", [(io.BytesIO(PDF), "một.pdf"), (io.BytesIO(OTHER), "hai.pdf")])
    form["save"] = "1"
    reader.post(f"/attempts/{sitting.attempt}", form)
    assert [file["name"] for file in sitting.answer["files"]] == ["một.pdf", "hai.pdf"]
    again = page_form(reader, sitting)
    assert len(again.getlist(f"{name}.file")) == 2
    # a file that is no longer ticked is not handed in
    again.setlist(f"{name}.file", again.getlist(f"{name}.file")[:1])
    again.pop(f"{name}.upload", None)
    reader.post(f"/attempts/{sitting.attempt}/submission", again)
    assert [file["name"] for file in sitting.answer["files"]] == ["một.pdf"]
    teacher = Reader(reader.client.application.test_client(), sitting.sat.instructor)
    assert f"/attempts/{sitting.attempt}/files/" in teacher.get(f"/attempts/{sitting.attempt}")


def test_a_refused_file_is_named_and_everything_else_is_stored(sitting, reader):
    form = page_form(reader, sitting)
    form.setlist(f"s{sitting.slot}.upload", [(io.BytesIO(b"MZ\0\0"), "virus.pdf"), (io.BytesIO(PDF), "tốt.pdf")])
    form[f"s{sitting.slots['extended']}"] = "Đã viết"
    page = reader.post(f"/attempts/{sitting.attempt}", form, status=422)
    assert "whatever its name says" in page or "dù tên tệp là gì" in page
    assert "tốt.pdf" in page and "Đã viết" in page
    assert [file["name"] for file in sitting.answer["files"]] == ["tốt.pdf"]
    assert view(sitting.actor, sitting.attempt).slot(sitting.slots["extended"]).answer == "Đã viết"


def test_a_paper_whose_file_is_refused_is_not_handed_in(sitting, reader):
    form = page_form(reader, sitting)
    form.setlist(f"s{sitting.slot}.upload", [(io.BytesIO(b"MZ\0\0"), "virus.pdf")])
    reader.post(f"/attempts/{sitting.attempt}/submission", form, status=422)
    assert view(sitting.actor, sitting.attempt).attempt.is_open


# --- tidying -------------------------------------------------------------------------------------


def later(**time):
    return clock.frozen((clock.now() + timedelta(**time)).isoformat())


def test_what_no_answer_names_is_forgotten_and_what_one_ever_named_stays(sitting):
    named, replaced, orphan = (sitting.upload(PDF + tail).key for tail in (b"1", b"2", b"3"))
    sitting.save(replaced)
    sitting.save(named, sequence=2)
    services.submit_attempt(sitting.actor, sitting.attempt)
    assert tidy_uploads(None) == {"uploads": 0, "files": 0}
    with later(days=2):
        assert tidy_uploads(None) == {"uploads": 1, "files": 1}
        assert tidy_uploads(None) == {"uploads": 0, "files": 0}
    # the log names what was replaced: it is evidence
    assert [answer_files().holds(key) for key in (named, replaced, orphan)] == [True, True, False]


def test_an_open_attempt_keeps_its_uploads_for_a_month(sitting):
    key = sitting.upload().key
    with later(days=29):
        assert tidy_uploads(None) == {"uploads": 0, "files": 0}
    with later(days=31):
        assert tidy_uploads(None)["uploads"] == 1
    with pytest.raises(AcademyError, match="upload it again"):
        sitting.save(key)


def test_a_file_of_two_attempts_stays_while_one_of_them_names_it(sitting, sat_by_hand):
    other = Sitting(sat_by_hand, "Người Khác")
    key = sitting.upload().key
    assert other.upload().key == key
    other.save(key)
    services.submit_attempt(sitting.actor, sitting.attempt)
    with later(days=2):
        assert tidy_uploads(None) == {"uploads": 1, "files": 0}
    assert answer_files().holds(key)


def test_a_heic_picture_is_refused_with_what_to_do(sitting):
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64
    with pytest.raises(Invalid) as refusal:
        sitting.upload(heic, "IMG_0001.HEIC")
    assert "JPEG" in str(refusal.value) and "HEIC" in str(refusal.value)
