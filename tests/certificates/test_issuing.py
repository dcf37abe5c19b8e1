"""From the completed course to the numbered row: eligibility, two people, gapless numbers, resuming."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from academy.audit.models import AuditEntry
from academy.certificates import issuing
from academy.certificates.class_board import board
from academy.certificates.errors import NobodyEligible, ProposalDecided, ProposalNotFound
from academy.certificates.models import (
    Certificate,
    DocumentFile,
    Eligibility,
    RegisterBook,
    RegisterRewritten,
)
from academy.certificates.proposal_queries import entitled, get_proposal
from academy.certificates.queries import find_certificate, own_certificates
from academy.certificates.services import (
    Paper,
    approve,
    issue,
    issue_again,
    propose,
    reconcile,
    reject,
    withdraw,
)
from academy.classes.queries import get_class
from academy.classes.services import add_members, close_class, create_class, remove_member, update_class
from academy.enrollment.queries import enrollment_of
from academy.enrollment.services import enroll
from academy.kernel import clock
from academy.kernel.authorization import Role
from academy.kernel.errors import Conflict, Forbidden, Invalid
from academy.kernel.jobs import Job, run_all
from academy.kernel.unit_of_work import unit_of_work
from academy.organization.identity import actor_of_account
from academy.organization.models import Person
from academy.organization.people import update_person
from academy.organization.postings import post_person
from academy.progress.events import CourseCompleted
from academy.progress.models import Completion
from tests.factories import create_actor, create_unit, grant


def documents(session) -> list[Certificate]:
    session.expire_all()
    return list(session.scalars(select(Certificate).order_by(Certificate.id)))


def numbers(session) -> list[str]:
    return [row.register_no for row in documents(session)]


# --- the right ------------------------------------------------------------------------------------


def test_completing_gives_the_right_in_the_same_transaction(academy, session):
    person = academy.member("Nguyễn Văn An")
    run = enrollment_of(person.id, academy.course_id)
    event = CourseCompleted(
        enrollment_id=run.id,
        person_id=person.id,
        course_id=academy.course_id,
        course_version_id=run.course_version_id,
        mark=Decimal("8.5"),
    )
    with pytest.raises(RuntimeError), unit_of_work() as work:
        work.emit(event)
        assert work.session.scalar(select(func.count(Eligibility.id))) == 1
        raise RuntimeError("the completion is undone")
    assert session.scalar(select(func.count(Eligibility.id))) == 0
    for _repeat in range(2):
        with unit_of_work() as work:
            work.emit(event)
    row = session.scalars(select(Eligibility)).one()
    assert (row.person_id, row.mark, row.class_run_id) == (
        person.id, Decimal("8.5"), get_class(academy.admin, "K52A").id,
    )  # fmt: skip


def test_who_left_the_class_earns_the_right_outside_of_it(academy, session):
    person = academy.member("Nguyễn Văn An")
    remove_member(academy.admin, "K52A", person.id, reason="Chuyển")
    enroll(actor_of_account(person.account_id), academy.course)
    academy.completes(person)
    assert session.scalars(select(Eligibility.class_run_id)).all() == [None]
    assert [row.person_id for row in entitled(course_id=academy.course_id)] == [person.id]


def test_reconciling_finds_completions_without_a_right(academy, session):
    person = academy.member("Nguyễn Văn An")
    run = enrollment_of(person.id, academy.course_id)
    with unit_of_work() as work:
        work.session.add(
            Completion(
                enrollment_id=run.id, course_version_id=run.course_version_id, mark=Decimal("7.0"), rule={}
            )
        )
    assert reconcile() == 1
    assert reconcile() == 0
    assert session.scalars(select(Eligibility.mark)).all() == [Decimal("7.0")]


# --- proposing ------------------------------------------------------------------------------------


def test_everybody_who_completed_is_proposed_the_others_are_not(academy):
    academy.graduate("Trần Bình")
    academy.graduate("Nguyễn An")
    academy.member("Lê Chậm")
    proposal = propose(academy.registrar, class_code="k52a")
    assert [line.full_name for line in proposal.included] == ["Nguyễn An", "Trần Bình"]
    assert (proposal.state, proposal.signer_name, proposal.place) == ("proposed", "Trần Quốc Việt", "Hà Nội")


def test_leaving_somebody_out_needs_a_reason_and_keeps_the_right(academy):
    first, second = academy.graduate("Nguyễn An"), academy.graduate("Trần Bình")
    with pytest.raises(Invalid) as refused:
        propose(academy.registrar, class_code="K52A", exclude={first.id: " "})
    assert list(refused.value.errors) == [f"exclude.{first.id}"]
    with pytest.raises(Invalid):
        propose(academy.registrar, class_code="K52A", exclude={10**9: "không có"})
    proposal = propose(academy.registrar, class_code="K52A", exclude={first.id: "Đang xét kỷ luật"})
    assert [line.person_id for line in proposal.included] == [second.id]
    assert [(line.person_id, line.reason) for line in proposal.excluded] == [(first.id, "Đang xét kỷ luật")]
    assert [row.person_id for row in entitled(class_id=get_class(academy.admin, "K52A").id)] == [first.id]


def test_a_double_click_gives_one_proposal(academy):
    academy.graduate("Nguyễn An")
    first = propose(academy.registrar, class_code="K52A")
    assert propose(academy.registrar, class_code="K52A").id == first.id
    other = create_actor(Role.REGISTRAR, unit=academy.city)
    with pytest.raises(NobodyEligible):
        propose(other, class_code="K52A")


def test_nobody_to_propose_is_said(academy):
    academy.member("Lê Chậm")
    with pytest.raises(NobodyEligible):
        propose(academy.registrar, class_code="K52A")


@pytest.mark.parametrize("name", ["admin", "approver", "inspector"])
def test_only_registrars_propose(academy, name):
    academy.graduate("Nguyễn An")
    with pytest.raises(Forbidden):
        propose(academy.actors[name], class_code="K52A")


def test_who_teaches_the_class_does_not_propose(academy):
    academy.graduate("Nguyễn An")
    update_class(academy.admin, "K52A", instructor_ids=[academy.registrar.person_id])
    with pytest.raises(Forbidden) as refused:
        propose(academy.registrar, class_code="K52A")
    assert refused.value.rule == "certificates.interest"


def test_the_signer_must_be_known(academy):
    academy.graduate("Nguyễn An")
    update_class(academy.admin, "K52A", signer_name="", signer_title="")
    with pytest.raises(Invalid) as refused:
        propose(academy.registrar, class_code="K52A")
    assert set(refused.value.errors) == {"signer_title", "signer_name"}
    paper = Paper(signer_title="GIÁM ĐỐC", signer_name="Lê Văn B", issued_on=date(1999, 1, 1))
    with pytest.raises(Invalid) as refused:
        propose(academy.registrar, class_code="K52A", paper=paper)
    assert set(refused.value.errors) == {"issued_on"}


def test_a_name_that_would_print_as_boxes_is_refused_by_name(academy):
    academy.graduate("王小明")
    with pytest.raises(Conflict) as refused:
        propose(academy.registrar, class_code="K52A")
    assert refused.value.rule == "certificate.letters"
    assert "王小明" in str(refused.value.message)


@pytest.mark.parametrize("where", ["birth_place", "position", "place", "signer_name", "class"])
def test_nothing_that_would_print_as_boxes_is_proposed(academy, where):
    person = academy.graduate("Nguyễn An", birth_date=date(1990, 1, 1), birth_place="北京" if where == "birth_place" else "")
    if where == "position":
        post_person(academy.admin, person.id, academy.city.id, position="处长")
    if where == "class":
        update_class(academy.admin, "K52A", decision_no="12/北京")
    paper = Paper(**{where: "王小明"}) if where in ("place", "signer_name") else None
    with pytest.raises(Conflict) as refused:
        propose(academy.registrar, class_code="K52A", paper=paper)
    assert refused.value.rule == "certificate.letters"
    assert "Nguyễn An" in str(refused.value.message)
    assert [person.full_name for person in entitled(class_id=get_class(academy.admin, "K52A").id)] == ["Nguyễn An"]


def test_what_cannot_be_printed_by_the_day_of_issue_gets_no_number(academy, session):
    person = academy.graduate("Nguyễn An", birth_date=date(1990, 1, 1))
    proposal = propose(academy.registrar, class_code="K52A").id
    approve(academy.approver, proposal)
    update_person(academy.admin, person.id, birth_place="北京")
    with pytest.raises(Conflict) as refused:
        issue(proposal)
    assert "北京" in str(refused.value.message)
    assert documents(session) == [] and session.scalars(select(RegisterBook)).all() == []
    update_person(academy.admin, person.id, birth_place="Bắc Kinh")
    assert issue(proposal) == 1


def test_a_guest_from_vientiane_is_certified_in_lao_letters(academy, session):
    academy.graduate("ສົມສັກ ພູມມະວົງ", kind="foreign", personal_number=None)
    academy.issue()
    assert documents(session)[0].holder == "ສົມສັກ ພູມມະວົງ"


def test_a_course_outside_any_class(academy, session):
    learner = create_actor(unit=academy.city, full_name="Đỗ Tự Học")
    run = enroll(learner, academy.course)
    with unit_of_work() as work:
        work.emit(
            CourseCompleted(
                enrollment_id=run.id,
                person_id=learner.person_id,
                course_id=academy.course_id,
                course_version_id=run.course_version_id,
                mark=None,
            )
        )
    academy.graduate("Người Trong Lớp")
    proposal = propose(
        academy.registrar, course=academy.course, paper=Paper(signer_title="GIÁM ĐỐC", signer_name="Lê B")
    )
    assert [line.full_name for line in proposal.included] == ["Đỗ Tự Học"]
    approve(academy.approver, proposal.id)
    run_all()
    said = documents(session)[0].snapshot
    assert (said["class"], said["result"]["mark"], said["result"]["band"]) == (None, None, None)


# --- two people -----------------------------------------------------------------------------------


def test_nobody_approves_the_own_proposal(academy, session):
    academy.graduate("Nguyễn An")
    person_id = academy.registrar.person_id
    grant(session.get(Person, person_id), Role.APPROVER, academy.city)
    both = actor_of_account(academy.registrar.account_id)
    proposal = propose(both, class_code="K52A")
    with pytest.raises(Forbidden):
        approve(both, proposal.id)
    with pytest.raises(Forbidden):
        reject(both, proposal.id, reason="x")
    assert approve(academy.approver, proposal.id).state == "approved"


def test_no_holder_approves_and_no_registrar(academy):
    academy.graduate("Nguyễn An")
    holder = create_actor(Role.APPROVER, unit=academy.city)
    add_members(academy.admin, "K52A", [holder.person_id])
    run = enrollment_of(holder.person_id, academy.course_id)
    with unit_of_work() as work:
        work.emit(
            CourseCompleted(
                enrollment_id=run.id,
                person_id=holder.person_id,
                course_id=academy.course_id,
                course_version_id=run.course_version_id,
                mark=None,
            )
        )
    proposal = propose(academy.registrar, class_code="K52A")
    for actor in (holder, academy.registrar, academy.admin, academy.inspector):
        with pytest.raises(Forbidden):
            approve(actor, proposal.id)
    assert get_proposal(academy.approver, proposal.id).state == "proposed"


def test_an_approver_of_another_unit_does_not_know_of_it(academy):
    academy.graduate("Nguyễn An")
    proposal = propose(academy.registrar, class_code="K52A")
    ward = create_unit("Phường Tây Hồ", kind="ward", parent=academy.city)
    with pytest.raises(ProposalNotFound):
        approve(create_actor(Role.APPROVER, unit=ward), proposal.id)


def test_rejected_people_can_be_proposed_again(academy):
    academy.graduate("Nguyễn An")
    proposal = propose(academy.registrar, class_code="K52A")
    with pytest.raises(Invalid):
        reject(academy.approver, proposal.id, reason="")
    assert reject(academy.approver, proposal.id, reason="Sai ngày").state == "rejected"
    assert reject(academy.approver, proposal.id, reason="Sai ngày").state == "rejected"
    with pytest.raises(ProposalDecided):
        approve(academy.approver, proposal.id)
    assert propose(academy.registrar, class_code="K52A").id != proposal.id


def test_a_proposal_is_withdrawn_by_who_made_it_only(academy):
    academy.graduate("Nguyễn An")
    proposal = propose(academy.registrar, class_code="K52A")
    with pytest.raises(Forbidden):
        withdraw(create_actor(Role.REGISTRAR, unit=academy.city), proposal.id)
    assert withdraw(academy.registrar, proposal.id).state == "withdrawn"
    with pytest.raises(ProposalDecided):
        approve(academy.approver, proposal.id)


# --- issuing --------------------------------------------------------------------------------------


def test_issued_rows_say_all_that_the_register_needs(academy, session):
    with clock.frozen("2026-11-22T03:00:00Z"):
        person = academy.graduate(
            "Nguyễn Thị Ánh",
            birth_date=date(1985, 3, 12),
            birth_place="Hà Nội",
            sex="f",
        )
        academy.issue()
    [row] = documents(session)
    book = session.get(RegisterBook, row.book_id)
    assert (book.kind, book.year, book.unit_id, book.next_number) == ("certificate", 2026, academy.city.id, 2)
    assert (row.number, row.register_no, row.serial) == (1, "0001/2026/CC", f"CC26-{book.id:02d}-00001")
    assert (row.holder, row.person_id, row.issued_on) == ("Nguyễn Thị Ánh", person.id, date(2026, 11, 22))
    said = row.snapshot
    assert said["holder"] == {
        "full_name": "Nguyễn Thị Ánh",
        "birth_date": "1985-03-12",
        "birth_place": "Hà Nội",
        "sex": "f",
        "unit": "Thành phố Hà Nội",
        "position": "",
    }
    assert said["program"] == {
        "vi": "Đọc và áp dụng văn kiện",
        "en": "Reading and applying documents",
        "version": 1,
        "periods": 24,
    }
    assert said["studied"] == {"from": "2026-11-03", "to": "2026-11-22"}
    assert (said["result"]["mark"], said["result"]["band"]["vi"], said["result"]["band_set"]) == (
        "8.5",
        "Giỏi",
        "four-1",
    )
    assert said["verify_url"] == f"http://localhost/verify/{row.code}"
    view = find_certificate(row.serial)
    assert (view.state, view.is_genuine) == ("issued", True)
    assert session.scalar(select(func.count(DocumentFile.certificate_id))) == 1


def test_numbers_follow_the_names_and_have_no_gap(academy, session):
    for name in ("Trần Văn Bình", "Đỗ An", "Lê Văn Đức", "Phạm Dũng"):
        academy.graduate(name)
    academy.issue()
    academy.graduate("Vũ Anh")
    academy.issue()
    assert [(row.number, row.holder) for row in documents(session)] == [
        (1, "Đỗ An"), (2, "Trần Văn Bình"), (3, "Phạm Dũng"), (4, "Lê Văn Đức"), (5, "Vũ Anh"),
    ]  # fmt: skip
    assert len({row.serial for row in documents(session)}) == 5
    assert len({row.code for row in documents(session)}) == 5


def test_every_year_and_kind_has_a_book_of_its_own(academy, session):
    academy.graduate("Nguyễn An")
    with clock.frozen("2026-12-31T16:59:00Z"):
        academy.issue()
    academy.graduate("Trần Bình")
    with clock.frozen("2026-12-31T17:00:00Z"):  # New Year in Hanoi
        academy.issue()
        academy.graduate("Lê Chi")
        academy.issue(kind="attestation")
    assert numbers(session) == ["0001/2026/CC", "0001/2027/CC", "0001/2027/GCN"]
    assert len({row.serial for row in documents(session)}) == 3


def test_approving_twice_and_running_the_job_twice_issues_once(academy, session):
    academy.graduate("Nguyễn An")
    proposal = propose(academy.registrar, class_code="K52A")
    first, second = approve(academy.approver, proposal.id), approve(academy.approver, proposal.id)
    assert first.job_id == second.job_id
    run_all()
    assert approve(academy.approver, proposal.id).state == "issued"
    with unit_of_work() as work:
        work.enqueue("certificates.issue", proposal_id=proposal.id)
    run_all()
    assert issue(proposal.id) == 1
    assert numbers(session) == ["0001/2026/CC"]
    session.expire_all()
    assert {job.state for job in session.scalars(select(Job))} == {"done"}


def test_an_undecided_proposal_is_not_issued(academy, session):
    academy.graduate("Nguyễn An")
    proposal = propose(academy.registrar, class_code="K52A")
    with pytest.raises(ProposalDecided):
        issue(proposal.id)
    with pytest.raises(ProposalDecided):
        issue_again(academy.registrar, proposal.id)
    assert documents(session) == []


class Killed(BaseException):
    """The worker is gone."""


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_killed_batch_goes_on_without_gap_or_double(academy, session, monkeypatch, after):
    for number in range(7):
        academy.graduate(f"Nguyễn Số {number}")
    monkeypatch.setattr(issuing, "PORTION", 2)
    proposal = propose(academy.registrar, class_code="K52A")
    approve(academy.approver, proposal.id)

    writes = iter(range(100))
    write = issuing._write

    def dying(*arguments):
        write(*arguments)
        if next(writes) == after:
            raise Killed  # after the numbers were taken, before the transaction ends

    monkeypatch.setattr(issuing, "_write", dying)
    with pytest.raises(Killed):
        issue(proposal.id)
    assert len(documents(session)) == after * 2
    assert get_proposal(academy.approver, proposal.id).state == "approved"
    monkeypatch.setattr(issuing, "_write", write)
    issue_again(academy.registrar, proposal.id)
    run_all()
    rows = documents(session)
    assert [row.number for row in rows] == list(range(1, 8))
    assert len({row.eligibility_id for row in rows}) == 7
    assert session.scalar(select(RegisterBook.next_number)) == 8
    assert session.scalar(select(func.count(DocumentFile.certificate_id))) == 7
    assert get_proposal(academy.approver, proposal.id).state == "issued"


def test_pdfs_left_undone_are_made_by_the_next_run(academy, session, monkeypatch):
    for number in range(3):
        academy.graduate(f"Nguyễn Số {number}")
    proposal = propose(academy.registrar, class_code="K52A")
    approve(academy.approver, proposal.id)
    monkeypatch.setattr(
        "academy.certificates.issuing.render_missing", lambda *_a, **_n: (_ for _ in ()).throw(Killed)
    )
    with pytest.raises(Killed):
        issue(proposal.id)
    monkeypatch.undo()
    steps: list[tuple[int, int]] = []
    issue(proposal.id, report=lambda done, total: steps.append((done, total)))
    assert steps == [(6, 6)]
    assert session.scalar(select(func.count(DocumentFile.certificate_id))) == 3


def test_a_large_class_costs_a_constant_number_of_reads(academy, count_queries):
    costs = []
    for size in (2, 12):
        for number in range(size):
            academy.graduate(f"Nguyễn Số {size} {number}")
        proposal = propose(academy.registrar, class_code="K52A")
        approve(academy.approver, proposal.id)
        with count_queries() as queries:
            issue(proposal.id)
        costs.append(sum(1 for statement in queries.statements if statement.startswith("SELECT")))
        run_all()
    assert costs[0] == costs[1]


def test_the_journal_names_every_act_and_person(academy, session):
    person = academy.graduate("Nguyễn An")
    academy.issue()
    acts = session.execute(
        select(AuditEntry.act, AuditEntry.person_id).where(AuditEntry.act.startswith("certificate"))
    ).all()
    assert [tuple(row) for row in acts] == [
        ("certificate.eligible", person.id),
        ("certificate.propose", None),
        ("certificate.approve", None),
        ("certificate.issue", person.id),
    ]


def test_a_row_of_the_register_cannot_be_changed_or_deleted(academy, session):
    academy.graduate("Nguyễn An")
    academy.issue()
    [row] = documents(session)
    with pytest.raises(RegisterRewritten), unit_of_work() as work:
        row.holder = "Nguyễn Khác"
        work.session.flush()
    [row] = documents(session)
    with pytest.raises(RegisterRewritten), unit_of_work() as work:
        work.session.delete(row)
        work.session.flush()
    assert documents(session)[0].holder == "Nguyễn An"


def test_studying_again_later_gives_a_second_document(academy, session):
    person = academy.graduate("Nguyễn An")
    academy.issue()
    close_class(academy.admin, "K52A")
    signer = {"signer_title": "GIÁM ĐỐC", "signer_name": "Lê Văn B"}
    create_class(academy.admin, code="K53A", course=academy.course, owner_unit_id=academy.city.id, **signer)
    add_members(academy.admin, "K53A", [person.id])
    academy.completes(person, "9.0")
    proposal = propose(academy.registrar, class_code="K53A")
    approve(academy.approver, proposal.id)
    run_all()
    assert [row.person_id for row in documents(session)] == [person.id, person.id]
    holder = actor_of_account(person.account_id)
    assert [row.register_no for row in own_certificates(holder)] == ["0002/2026/CC", "0001/2026/CC"]


def test_the_board_says_where_everybody_stands(academy, count_queries):
    academy.graduate("An Một")
    academy.issue()
    academy.graduate("Bình Hai")
    left_out = academy.graduate("Chi Ba")
    propose(academy.registrar, class_code="K52A", exclude={left_out.id: "Thiếu hồ sơ"})
    academy.member("Dũng Bốn")
    with count_queries() as queries:
        rows = board(get_class(academy.admin, "K52A").id)
    standing = {row.full_name: (row.standing, bool(row.serial), row.left_out) for row in rows}
    assert standing == {
        "An Một": ("issued", True, ""),
        "Bình Hai": ("proposed", False, ""),
        "Chi Ba": ("eligible", False, "Thiếu hồ sơ"),
        "Dũng Bốn": ("studying", False, ""),
    }
    assert len(queries) == 3  # the class is two of them
