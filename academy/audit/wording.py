"""Words for acts in the journal, for what they were done to and for who acted; what has none is shown by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.actor import Actor
from academy.kernel.i18n import _l

ACT_NAMES: Mapping[str, Any] = {
    "account.sign_in": _l("Signed in"),
    "account.sign_out": _l("Signed out"),
    "account.create": _l("Account made"),
    "account.change_password": _l("Own password changed"),
    "account.reset_password": _l("First password issued"),
    "account.disabled": _l("Account closed"),
    "account.active": _l("Account opened again"),
    "account.end_sessions": _l("Signed out everywhere"),
    "account.end_session": _l("Session ended"),
    "account.create_token": _l("Access token made"),
    "account.revoke_token": _l("Access token revoked"),
    "person.create": _l("Person added"),
    "person.update": _l("Record changed"),
    "person.read": _l("Record read"),
    "person.account": _l("Account given"),
    "person.post": _l("Posting recorded"),
    "person.leave_unit": _l("Left the unit"),
    "person.join_unit": _l("Came to the unit"),
    "person.reset_password": _l("Password reset by an officer"),
    "person.deactivate": _l("Left the service"),
    "person.reactivate": _l("Back in service"),
    "posting.end": _l("Posting ended"),
    "role.grant": _l("Role given"),
    "role.revoke": _l("Role taken back"),
    "unit.create": _l("Unit added"),
    "unit.rename": _l("Unit renamed"),
    "unit.move": _l("Unit moved"),
    "unit.close": _l("Unit closed"),
    "unit.seed": _l("Units seeded"),
    "people.import": _l("List imported"),
    "audit.verify": _l("Journal checked"),
    "enrollment.enroll": _l("Enrolled"),
    "enrollment.leave": _l("Course given up"),
    "enrollment.end": _l("Enrollment ended with the class"),
    "enrollment.go_on": _l("Enrollment goes on"),
    "course.complete": _l("Course completed"),
    "class.create": _l("Class set up"),
    "class.update": _l("Class changed"),
    "class.open": _l("Class opened"),
    "class.close": _l("Class closed"),
    "class.add_member": _l("Added to a class"),
    "class.remove_member": _l("Taken out of a class"),
    "certificate.eligible": _l("Certificate earned"),
    "certificate.propose": _l("Certificates proposed"),
    "certificate.propose_reissue": _l("Certificate proposed to be issued anew"),
    "certificate.propose_replacement": _l("Attestation of a lost certificate proposed"),
    "certificate.approve": _l("Certificates approved"),
    "certificate.reject": _l("Proposal rejected"),
    "certificate.withdraw": _l("Proposal withdrawn"),
    "certificate.issue": _l("Certificate issued"),
    "certificate.revoke": _l("Certificate revoked"),
    "certificate.read": _l("Certificate opened"),
    "certificate.export": _l("Register exported"),
    "certificate.download_export": _l("Export of the register downloaded"),
    "catalog.course.create": _l("Course made"),
    "catalog.course.publish": _l("Course published"),
    "catalog.course.withdraw": _l("Course withdrawn"),
    "catalog.course.visibility": _l("Audience of a course changed"),
    "catalog.course.instructors": _l("Instructors of a course changed"),
    "catalog.course.sync": _l("Course read from the content folder"),
    "catalog.lesson.publish": _l("Lesson published"),
    "authoring.course.copy": _l("Course copied to the studio"),
    "authoring.course.submit": _l("Course handed in"),
    "authoring.course.return": _l("Course given back"),
    "authoring.course.publish": _l("Course published from the studio"),
    "authoring.course.settings": _l("Settings of a course changed"),
    "authoring.lesson.add": _l("Lesson added"),
    "authoring.lesson.remove": _l("Lesson taken out"),
    "authoring.lesson.put_back": _l("Lesson put back"),
    "authoring.draft.restore": _l("Earlier text of a lesson restored"),
    "authoring.media.add": _l("File added to a course"),
    "authoring.question.add": _l("Question added"),
    "authoring.question.change": _l("Question changed"),
    "authoring.question.retire": _l("Question retired"),
    "authoring.question.restore": _l("Question brought back"),
    "quizzes.quiz.save": _l("Quiz stored"),
    "quizzes.quiz.retire": _l("Quiz taken out"),
    "marking.scheme": _l("Marking scheme stored"),
    "marking.undo": _l("Mark taken back"),
    "marking.moderate": _l("Answer marked by a moderator"),
    "marking.confirm": _l("Marks confirmed by a moderator"),
    "marking.release": _l("Marks released"),
    "grade.propose": _l("Change of a mark proposed"),
    "grade.approve": _l("Change of a mark approved"),
    "grade.reject": _l("Change of a mark rejected"),
    "grade.withdraw": _l("Change of a mark withdrawn"),
    "appeal.ask": _l("Appeal received"),
    "appeal.assign": _l("Appeal given to a marker"),
    "appeal.remark": _l("Answers of an appeal marked again"),
    "appeal.decide": _l("Appeal decided"),
    "appeal.return": _l("Appeal given back for another marker"),
    "appeal.refuse": _l("Appeal refused"),
    "appeal.withdraw": _l("Appeal withdrawn"),
}

OBJECT_NAMES: Mapping[str, Any] = {
    "account": _l("Account"),
    "appeal": _l("Appeal"),
    "certificate": _l("Certificate"),
    "certificate_proposal": _l("Proposal of documents"),
    "class_run": _l("Class"),
    "course": _l("Course"),
    "enrollment": _l("Enrollment"),
    "item": _l("Question"),
    "journal": _l("Journal"),
    "lesson": _l("Lesson"),
    "mark_proposal": _l("Proposal to change a mark"),
    "marking_answer": _l("Answer to be marked"),
    "login_session": _l("Sign-in on a device"),
    "people_import": _l("Imported list"),
    "person": _l("Person"),
    "personal_token": _l("Access token"),
    "posting": _l("Posting"),
    "quiz": _l("Quiz"),
    "register_export": _l("Export of the register"),
    "role_grant": _l("Role"),
    "unit": _l("Unit"),
}


def act_name(act: str) -> Any:
    """What an act is called."""
    return ACT_NAMES.get(act, act)


def object_name(kind: str) -> Any:
    """What a kind of object is called."""
    return OBJECT_NAMES.get(kind, kind)


def actor_name(name: str) -> Any:
    """Who acted: the name as recorded, or words for the academy itself."""
    return _l("The academy itself") if name == Actor.system().full_name else name
