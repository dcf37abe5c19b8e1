"""Every kind of page the academy has, who looks at it, and the way there.

A way begins with an address; each further step is a selector of what is pressed next.
"""

from __future__ import annotations

from dataclasses import dataclass

READING = "/courses/doc-va-ap-dung-van-kien"
CITY = "/courses/quan-ly-do-thi-thong-minh"
DATA = "/courses/du-lieu-va-an-toan-so"
ENGLISH = "/courses/tieng-anh-cong-vu"
ENROLL = "form[action$='/enrollment'] button, section.continue"
CONTEST = "/contests/hoi-thi-truc-tuyen-tim-hieu-van-kien"
ANALYSED = (f"/studio{CITY}/analysis/final", "#items td a")
QUIZ = "main a[href^='/quizzes/']"
START = "form[action$='/attempts'] button, main a.button[href^='/attempts/']"


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of page: ``who`` is a user name or None; ``status`` is what its address answers with."""

    name: str
    who: str | None
    way: tuple[str, ...]
    status: int = 200

    def __str__(self) -> str:
        return self.name


def _of(who: str | None, **ways: str | tuple[str, ...]) -> list[Place]:
    return [
        Place(name.replace("_", "-"), who, (way,) if isinstance(way, str) else way)
        for name, way in ways.items()
    ]


# someone who has begun a course, someone who has finished one, someone in the middle of a paper
BEGUN, FINISHED, SITTING, SAT = "learner1", "learner21", "learner170", "learner171"
PAUSED = "learner173"
ENTERED = "learner113"

PLACES = [
    *_of(
        None,
        welcome="/",
        sign_in="/login",
        courses="/courses",
        course_to_strangers=READING,
        lesson_to_strangers=f"{READING}/lessons/01-doc-van-kien",
        search_results="/search?q=dao+duc",
        search_empty="/search?q=qzxqzx",
        search_start="/search",
        search_narrowed="/search?q=du+lieu&lang=vi&tag=data-protection",
        search_slip="/search?q=pasword",
        search_looser="/search?q=du+lieu&lang=de&course=tieng-anh-cong-vu",
        verify_form="/verify",
        legal_documents="/legal",
        legal_document=("/legal", "main a[href^='/legal/']"),
        gallery="/gallery",
        contests="/contests",
        contest=CONTEST,
        contest_board=f"{CONTEST}/results/1?board=2",
        contest_participation=f"{CONTEST}/results/1/units",
        contest_check=f"{CONTEST}/check",
    ),
    Place("not-found", None, ("/courses/khong-co",), 404),
    Place("verify-unknown", None, ("/verify/0000000000",), 404),
    Place("forbidden", BEGUN, ("/admin/audit",), 403),
    *_of(
        BEGUN,
        home="/",
        courses_filtered="/courses?level=basic",
        course=DATA,
        lesson_with_queries=f"{DATA}/lessons/02-sql-truy-van",
        record="/me",
        account="/account",
        password="/account/password",
        own_journal="/account/journal",
        search_own="/search/mine",
        search_to_save="/search?q=dao+duc",
        training_need="/search/need?q=tieng+nhat",
        queries_practice="/modules/information_technology/",
        contest_round=f"{CONTEST}/rounds/2",
    ),
    *_of(ENTERED, contest_round_entered=f"{CONTEST}/rounds/2", contest_own=f"{CONTEST}/me"),
    *_of(
        FINISHED,
        course_completed=CITY,
        lesson_answered=f"{CITY}/lessons/02-chi-so-do-thi",
        lesson_with_flood=f"{CITY}/lessons/05-khung-hoang-ngap-lut",
        record_with_certificates="/me",
        own_certificates="/me/certificates",
        certificate=("/me/certificates", "main a[href^='/certificates/']:not([href$='.pdf'])"),
        verify_valid=(
            "/me/certificates",
            "main a[href^='/certificates/']:not([href$='.pdf'])",
            "main a[href^='/verify/']",
        ),
        floods="/modules/smart_city/",
        flood=("/modules/smart_city/", "main a[href^='/modules/smart_city/flood/']"),
        flood_run=("/modules/smart_city/", "main a[href^='/modules/smart_city/flood/']", "main form button"),
    ),
    *_of(
        SITTING,
        quiz=(READING, QUIZ),
        lesson_with_close_reading=f"{READING}/lessons/02-luan-diem-ly-le",
        lesson_with_dictation=f"{ENGLISH}/lessons/02-so-ngay-dia-chi-ten-rieng",
        paper=(READING, ENROLL, QUIZ, START),
        paper_review=(READING, QUIZ, START, "[name=review]"),
        documents="/modules/political_theory/",
        document=("/modules/political_theory/", "main a[href^='/modules/political_theory/documents/']"),
        decks="/modules/foreign_languages/",
        deck=("/modules/foreign_languages/", "main a[href*='/decks/']"),
        deck_review=("/modules/foreign_languages/", "main a[href$='/review']"),
        deck_figures="/modules/foreign_languages/stats",
    ),
    *_of(
        SAT,
        quiz_used_up=(CITY, QUIZ),
        result=(CITY, QUIZ, "main tbody a[href^='/attempts/']"),
    ),
    *_of(
        "registrar",
        class_to_propose="/classes/K52B",
        propose="/admin/proposals/new?class=K52B",
        proposals="/admin/proposals?state=all",
        proposal=("/admin/proposals?state=all", "main tbody a[href^='/admin/proposals/']"),
        document_revocation=(
            "/admin/register",
            "main tbody a[href^='/certificates/']",
            "main a[href$='/reissue']",
        ),
    ),
    *_of(
        "admin",
        home_of_staff="/",
        administration="/admin",
        classes="/admin/classes",
        class_new="/admin/classes/new",
        class_edit="/admin/classes/K53A/edit",
        class_members="/admin/classes/K53A/members?q=nguyen",
        class_with_documents="/classes/K52A",
        register="/admin/register",
        register_empty="/admin/register?q=qzxqzx",
        document_in_register=("/admin/register", "main tbody a[href^='/certificates/']"),
        search_words="/admin/search-words",
        search_words_pair=("/admin/search-words", "main tbody a[href^='/admin/search-words/']"),
        training_needs="/admin/training-needs",
        units="/admin/units",
        unit=("/admin/units", "main a[href^='/admin/units/']:not([href*='children'])"),
        people="/admin/people?q=nguyen",
        people_empty="/admin/people?q=qzxqzx",
        person=(
            "/admin/people?q=learner1",
            "main tbody a[href^='/admin/people/'], main .rows a[href^='/admin/people/']",
        ),
        person_new="/admin/people/new",
        people_import="/admin/people/import",
        passwords="/admin/people/passwords",
        journal="/admin/audit",
        reports="/reports",
        contests_managed="/admin/contests",
        contest_new="/admin/contests/new",
        contest_managed=f"/admin{CONTEST}",
        contest_edit=f"/admin{CONTEST}/edit",
        contest_round_new=f"/admin{CONTEST}/rounds/new",
        contest_result=f"/admin{CONTEST}/results/1",
        contest_round_prolonged=(f"/admin{CONTEST}", "details:has(form[action$='/prolongation']) > summary"),
        report=("/reports", "main a[href^='/reports/']"),
    ),
    *_of(
        "instructor",
        marking="/marking",
        studio="/studio",
        studio_from_content="/studio?origin=content",
        papers=("/studio?origin=content", "main .rows a[href^='/studio/courses/']", "main a[href$='/quizzes']", "main a[href$='/papers']"),
        proof_of_nothing="/quizzes/1/proof",
        studio_foreign_course=("/studio?origin=content", "main .rows a[href^='/studio/courses/']"),
        analysis_of_a_course=f"/studio{CITY}/analysis",
        analysis_of_a_quiz=f"/studio{CITY}/analysis/final",
        analysis_of_a_question=ANALYSED,
        alarm_set=(f"/studio{CITY}/analysis/final", "details:has(form[action$='/alarm']) > summary"),
        questions_by_topic=f"/studio{CITY}/questions?topic=chuyen-doi-so",
        marking_set=(f"/studio{CITY}/marking/final", "form details > summary"),
        room="/quizzes/1/room",
        room_accommodations=(
            "/quizzes/1/room",
            "details:has(form[action$='/room/accommodations']) > summary",
        ),
        regrades="/regrades",
        regrade_proposed=(*ANALYSED, "main a[href^='/regrades/new']"),
    ),
]
STUDIO = (
    "",
    "questions",
    "questions?q=kho&state=draft&difficulty=2",
    "new-question?kind=single&lesson=sap-xep-kho-sach",
    "new-question?kind=numeric&lesson=sap-xep-kho-sach",
    "new-question?kind=calculated&lesson=sap-xep-kho-sach",
    "new-question?kind=cloze&lesson=sap-xep-kho-sach",
    *(f"new-question?kind={kind}" for kind in ("matrix", "hotspot", "placing", "extended", "file")),
    "question-import",
    "question-export",
    "quizzes",
    "new-quiz",
    "marking",
    "media",
    "settings",
    "publish",
)
