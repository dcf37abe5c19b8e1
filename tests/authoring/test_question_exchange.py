"""Questions into a course and out of it: services, pages, API, command, jobs; who may, what repeats, what is kept."""

from __future__ import annotations

import base64
import io

import pytest
from sqlalchemy import func, select

from academy.authoring import question_exchange, services
from academy.authoring.cli import group
from academy.authoring.errors import DraftNotFound, NotWrittenHere
from academy.authoring.exchange_models import QuestionImport, QuestionImportItem
from academy.authoring.exchange_queries import list_import_items
from academy.authoring.services import ImportOptions, QuestionPlace
from academy.catalog.freezing import Freeze, Frozen
from academy.catalog.models import Course
from academy.catalog.queries import list_media
from academy.catalog.services import store_media
from academy.kernel import clock
from academy.kernel.authorization import Role
from academy.kernel.db import db
from academy.kernel.errors import AcademyError, Conflict, Forbidden, Invalid, TooLarge
from academy.kernel.jobs import run_all
from academy.kernel.safe_archive import open_archive
from academy.kernel.safe_xml import XmlRefused
from academy.kernel.unit_of_work import unit_of_work
from academy.questions.card_queries import card_of, find_twins
from academy.questions.exchange.merging import renamed
from academy.questions.models import ItemCard, ItemVersion
from academy.questions.queries import find_item, items_of_course
from academy.questions.services import checked_spec
from tests.factories import create_actor, create_unit, sign_in
from tests.questions.specs import ALL

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>x</title></svg>'
GIFT = """// [id:cau-1]
Thủ đô? {=Hà Nội ~Huế#gần đúng}

::Thẩm quyền:: Luật do Quốc hội ban hành. {T}

Không có trả lời

Thành phố nào? {=Hà Nội =%50%HN}
"""
VI = ImportOptions(lang="vi")


PLAN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600"><title>x</title></svg>'


def send(studio, text: str | bytes = GIFT, name: str = "bank.gift", actor=None, **options) -> QuestionImport:
    data = text.encode() if isinstance(text, str) else text
    return services.start_question_import(
        actor or studio.author, studio.slug, data, name, ImportOptions(**{"lang": "vi"} | options)
    )


def confirm(studio, stored: QuestionImport) -> QuestionImport:
    return services.confirm_question_import(studio.author, studio.slug, stored.id)


def items(studio) -> dict:
    return {item.key: item for item in items_of_course(studio.course().id, retired=True)}


def verdicts(stored: QuestionImport) -> list[tuple[str, str, int]]:
    return [(item.verdict, item.key, item.line) for item in list_import_items(stored.id)]


# --- planning and writing -------------------------------------------------------------------------


def test_a_dry_run_says_all_and_writes_nothing(studio):
    stored = send(studio)
    assert stored.state == "checked" and not items(studio)
    assert stored.summary["counts"] == {
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
        "approximated": 1,
    }
    found = verdicts(stored)
    assert [verdict for verdict, _key, _line in found] == ["new", "new", "refused", "new"]
    assert [line for _verdict, _key, line in found] == [2, 4, 6, 8]
    assert found[0][1] == "cau-1" and found[1][1].startswith("tham-quyen-")


def test_confirmed_questions_are_in_the_pool_and_the_same_file_again_changes_nothing(studio):
    stored = confirm(studio, send(studio, lesson=studio.lesson))
    assert stored.state == "applied"
    found = items(studio)
    assert len(found) == 3 and {item.lesson for item in found.values()} == {studio.lesson}
    assert all(item.use_pool and not item.use_lesson for item in found.values())
    assert found["cau-1"].version.spec["options"][1]["feedback"] == {"vi": "gần đúng"}
    versions = db.session.scalar(select(func.count(ItemVersion.id)))
    again = send(studio)
    assert again.summary["counts"]["unchanged"] == 3 and again.summary["counts"]["new"] == 0
    with pytest.raises(Conflict):
        confirm(studio, again)
    assert db.session.scalar(select(func.count(ItemVersion.id))) == versions


def test_a_changed_question_gets_a_version_and_stays_where_its_author_has_filed_it(studio):
    confirm(studio, send(studio))
    place = QuestionPlace(lesson=studio.lesson, difficulty=5, use_lesson=True, use_pool=False)
    spec = dict(items(studio)["cau-1"].version.spec)
    services.change_question(studio.author, studio.slug, "cau-1", spec, place)
    stored = send(studio, GIFT.replace("Huế", "Đà Nẵng"))
    assert [verdict for verdict, _key, _line in verdicts(stored)] == [
        "changed",
        "unchanged",
        "refused",
        "unchanged",
    ]
    confirm(studio, stored)
    item = items(studio)["cau-1"]
    assert item.version.number == 2 and (item.lesson, item.difficulty, item.use_pool) == (
        studio.lesson,
        5,
        False,
    )
    assert item.version.spec["options"][1]["text"] == {"vi": "Đà Nẵng"}


def test_a_second_language_joins_the_first(studio):
    vi = "// [id:a]\nThủ đô? {=Hà Nội ~Huế}\n\n// [id:b]\nHai? {=2 ~3 ~4}"
    en = "// [id:a]\nCapital? {=Hanoi ~Hue}\n\n// [id:b]\nTwo? {=2 ~3}"
    confirm(studio, send(studio, vi))
    stored = send(studio, en, lang="en")
    notes = {item.key: [note.code for note in item.notes] for item in list_import_items(stored.id)}
    assert notes == {"a": [], "b": ["translations"]}
    confirm(studio, stored)
    spec = items(studio)["a"].version.spec
    assert spec["text"] == {"vi": "Thủ đô?", "en": "Capital?"}
    assert spec["options"][0]["text"] == {"vi": "Hà Nội", "en": "Hanoi"}
    assert send(studio, vi.partition("\n\n")[0]).summary["counts"]["unchanged"] == 1
    assert items(studio)["b"].version.spec["text"] == {"en": "Two?"}


def test_gaps_keep_their_numbers_when_they_come_in_again(studio):
    spec = {
        "text": {"vi": "Sau {2} là {1}.", "en": "First {1}, then {2}."},
        "gaps": [
            {"id": "1", "accept": {"vi": ["ký"], "en": ["sign"]}, "accents": "require"},
            {"id": "2", "accept": {"vi": ["soạn"], "en": ["write"]}, "accents": "require"},
        ],
    }
    key, _saved = services.add_question(
        studio.author, studio.slug, "cloze", spec, QuestionPlace(use_lesson=False, use_pool=True)
    )
    exported = services.export_questions(studio.author, studio.slug, form="moodle", langs=["vi"])
    stored = send(studio, exported.data, "bank.xml")
    assert verdicts(stored)[0][:2] == ("unchanged", key)
    german = exported.data.replace(b"Sau ", b"Nach ")
    stored = send(studio, german, "bank.xml", lang="de")
    assert stored.summary["counts"]["refused"] == 1
    assert [note.code for note in list_import_items(stored.id)[0].notes] == ["gap_languages"]


def test_what_goes_out_comes_back_unchanged(studio):
    for kind, spec in ALL.items():
        services.add_question(
            studio.author,
            studio.slug,
            kind,
            spec,
            QuestionPlace(lesson=studio.lesson, difficulty=4, use_lesson=kind != "file"),
        )
    store_media(studio.author, studio.course().id, "media/so-do.svg", PLAN)
    for form, carried in (("gift", 6), ("moodle", len(ALL)), ("qti30", len(ALL)), ("qti22", len(ALL))):
        exported = services.export_questions(studio.author, studio.slug, form=form, langs=["vi", "en"])
        for lang in ("vi", "en"):
            stored = send(studio, exported.data, "bank.zip", lang=lang)
            counts = stored.summary["counts"]
            # a number's unit is all that GIFT cannot say of the kinds it has
            assert (counts["unchanged"], counts["changed"]) == (carried, 1 if form == "gift" else 0), (
                form,
                lang,
            )
            assert counts["new"] == counts["refused"] == 0


def test_what_comes_in_is_filed_and_is_a_draft_of_the_bank(studio):
    confirm(
        studio,
        send(
            studio, "$CATEGORY: Chương 1/Thẩm quyền\n\n// [tag:luật]\n::Câu A:: Ai? {=Quốc hội ~Chính phủ}\n"
        ),
    )
    [filed] = items(studio).values()
    card = card_of(filed.item_id)
    assert (card.category, list(card.tags), card.review) == ("Chương 1/Thẩm quyền", ["luật"], "draft")
    [twin] = find_twins(studio.course().id, filed.version.spec, lang="vi")
    assert twin.key == filed.key, "whoever writes it again is told"
    with unit_of_work() as work:
        work.session.get(ItemCard, filed.item_id).review = "approved"
    confirm(studio, send(studio, "// [tag:luật]\n::Câu A:: Ai? {=Quốc hội ~Chính phủ ~Tòa án}\n"))
    again = card_of(filed.item_id)
    assert (again.review, again.category) == ("draft", "Chương 1/Thẩm quyền"), (
        "a changed question is read again"
    )


def test_nothing_comes_in_while_an_examination_holds_the_pool(studio, app, monkeypatch):
    stored = send(studio)
    held = Freeze(title={"vi": "Thi cuối khóa"}, until=clock.now())
    monkeypatch.setitem(app.extensions, "academy_course_freeze", lambda course_id: held)
    with pytest.raises(Frozen):
        confirm(studio, stored)
    assert not items(studio)


def test_a_copied_bank_is_the_same_bank(studio):
    store_media(studio.author, studio.course().id, "media/so-do.svg", PLAN)
    for kind, spec in ALL.items():
        services.add_question(studio.author, studio.slug, kind, spec, QuestionPlace(use_lesson=False))
    other = services.create_course(studio.author, title="Khóa khác")
    exported = services.export_questions(studio.author, studio.slug, form="moodle", langs=["vi", "en"])
    for lang in ("vi", "en"):
        stored = services.start_question_import(
            studio.author, other, exported.data, "x.zip", ImportOptions(lang=lang)
        )
        counts = stored.summary["counts"]
        if counts["new"] or counts["changed"]:
            services.confirm_question_import(studio.author, other, stored.id)
    course = db.session.scalar(select(Course).where(Course.slug == other))
    copied = {item.kind: item.version.spec for item in items_of_course(course.id)}
    assert set(copied) == set(ALL)
    for kind, spec in copied.items():
        wanted = checked_spec(kind, ALL[kind])
        assert spec["text"]["vi"] == wanted["text"]["vi"], kind
        wanted = renamed(spec, wanted)
        if kind == "hotspot":
            assert spec["picture"]["path"].startswith("figures/so-do-")
            wanted = {**wanted, "picture": {**wanted["picture"], "path": spec["picture"]["path"]}}
        if kind != "cloze":
            assert spec == wanted or _without_ids(spec) == _without_ids(wanted), kind


def _without_ids(value):
    if isinstance(value, dict):
        return {name: _without_ids(inner) for name, inner in value.items() if name != "id"}
    return [_without_ids(inner) for inner in value] if isinstance(value, list) else value


def test_pictures_come_into_the_course_and_go_out_again(studio, desk):
    data = base64.b64encode(SVG).decode()
    picture = "<img src='@@PLUGINFILE@@/Sơ đồ.svg' alt='Sơ đồ'>"
    xml = f"""<quiz><question type="truefalse"><questiontext format="html"><text><![CDATA[<p>Xem {picture}<img src='@@PLUGINFILE@@/thiếu.png' alt='thiếu'><img src="https://example.org/x.png" alt="ngoài"></p>]]></text>
<file name="Sơ đồ.svg" path="/" encoding="base64">{data}</file></questiontext><answer fraction="100"><text>true</text></answer></question>
<question type="truefalse"><questiontext format="html"><text><![CDATA[<p>Độc {picture}</p>]]></text>
<file name="Sơ đồ.svg" path="/" encoding="base64">{base64.b64encode(SVG.replace(b"<title>", b"<script/><title>")).decode()}</file></questiontext><answer fraction="100"><text>true</text></answer></question></quiz>"""
    stored = send(studio, xml, "bank.xml")
    first, second = list_import_items(stored.id)
    assert {note.code for note in first.notes} == {"file_missing", "outside"}
    assert {note.code for note in second.notes} == {"files_refused"}
    confirm(studio, stored)
    [media] = list_media(studio.course().id)
    item = items(studio)[first.key]
    assert f"![Sơ đồ]({media.url})" in item.version.spec["text"]["vi"] and "example.org" not in str(
        item.version.spec
    )
    with desk.client.get(media.url) as served:
        assert served.status_code == 200
    shown = desk.get(f"/questions/{first.key}").get_data(as_text=True)
    assert f'<img src="{media.url}" alt="Sơ đồ"' in shown
    for form in ("moodle", "qti30"):
        exported = services.export_questions(studio.author, studio.slug, form=form, langs=["vi"])
        again = send(studio, exported.data, "bank.xml" if form == "moodle" else "bank.zip")
        assert again.summary["counts"]["new"] == 0, form
    gift = services.export_questions(studio.author, studio.slug, form="gift", langs=["vi"])
    assert "picture" in {note.code for item in gift.items for note in item.notes}


def test_a_question_about_a_picture_brings_it_or_stays_behind(studio, count_queries):
    place = QuestionPlace(use_lesson=False)
    services.add_question(studio.author, studio.slug, "hotspot", ALL["hotspot"], place)
    for form in ("moodle", "qti30", "qti22"):
        [left] = services.export_questions(studio.author, studio.slug, form=form, langs=["vi"]).items
        assert not left.written and [note.code for note in left.notes] == ["picture_needed"], form
    store_media(studio.author, studio.course().id, "media/so-do.svg", PLAN)
    other = services.create_course(studio.author, title="Khóa khác")
    course = db.session.scalar(select(Course).where(Course.slug == other))
    for form in ("moodle", "qti30"):
        exported = services.export_questions(studio.author, studio.slug, form=form, langs=["vi"])
        with count_queries() as queries:
            send(studio, exported.data, "x.xml" if form == "moodle" else "x.zip")
        asked = [statement for statement in queries.statements if "FROM media" in " ".join(statement.split())]
        assert len(asked) == 1, "what the course has is asked once"
        stored = services.start_question_import(studio.author, other, exported.data, "x", VI)
        if form == "moodle":
            services.confirm_question_import(studio.author, other, stored.id)
        else:
            assert stored.summary["counts"]["unchanged"] == 1, "the other format brings the same question"
    [media] = list_media(course.id)
    [item] = items_of_course(course.id)
    assert item.version.spec["picture"]["path"] == media.path and media.width == 800


def test_a_rubric_that_was_changed_outside_is_changed_here(studio):
    services.add_question(
        studio.author, studio.slug, "extended", ALL["extended"], QuestionPlace(use_lesson=False)
    )
    exported = services.export_questions(studio.author, studio.slug, form="moodle", langs=["vi"]).data
    stored = send(studio, exported.replace(b"2.5", b"4"), "x.xml")
    assert stored.summary["counts"]["changed"] == 1
    confirm(studio, stored)
    [item] = items(studio).values()
    levels = item.version.spec["rubric"]["criteria"][0]["levels"]
    assert [level["points"] for level in levels] == ["0", "4"]
    assert levels[0]["text"] == ALL["extended"]["rubric"]["criteria"][0]["levels"][0]["text"]
    silent = send(studio, f"// [id:{item.key}]\n{ALL['extended']['text']['vi']} {{#### Đọc lại.}}", "x.gift")
    confirm(studio, silent)
    [item] = items(studio).values()
    assert item.version.spec["rubric"], "a file that says nothing of a rubric takes none away"


def test_categories_name_lessons_or_are_given_one(studio):
    text = f"$CATEGORY: top/Bài một\n\na {{T}}\n\n$CATEGORY: top/Lạ\n\nb {{T}}\n\n// [tag:academy.lesson={studio.lesson}]\nc {{T}}"
    stored = send(studio, text)
    assert stored.summary["categories"] == ["Lạ"]
    assert "category_unmapped" in [code for code, _params in stored.summary["notes"]]
    with pytest.raises(Invalid):
        services.place_question_import(studio.author, studio.slug, stored.id, {"Lạ": ("no-such", "")})
    stored = services.place_question_import(
        studio.author, studio.slug, stored.id, {"Lạ": (studio.lesson, ""), "x": ("", "")}
    )
    assert stored.state == "checked" and "category_unmapped" not in [
        code for code, _ in stored.summary["notes"]
    ]
    confirm(studio, stored)
    assert {item.lesson for item in items(studio).values()} == {studio.lesson}


def test_doubles_in_a_file_are_told_apart_or_refused(studio):
    text = "::A:: một {T}\n\n::A:: hai {T}\n\n::A:: một {T}\n\nmột {T}\n\nmột {T}"
    found = verdicts(send(studio, text))
    assert [verdict for verdict, _key, _line in found] == ["new", "new", "refused", "new", "refused"]
    keys = [key for verdict, key, _line in found if verdict == "new"]
    assert len(set(keys)) == len(keys)


# --- refusals -------------------------------------------------------------------------------------


def test_options_and_files_are_checked(studio):
    for options in ({"lang": "fr"}, {"format": "word"}, {"lesson": "x"}, {"outcome": "o99"}):
        with pytest.raises(Invalid) as refusal:
            send(studio, **options)
        assert set(refusal.value.errors) == set(options)
    with pytest.raises(Invalid):
        send(studio, b"")
    with pytest.raises(Invalid):
        send(studio, b"\x00\x01\x02", "x.docx")
    with pytest.raises(TooLarge):
        send(studio, b"x" * (question_exchange.MAX_BYTES + 1))
    with pytest.raises(XmlRefused):
        send(studio, b'<!DOCTYPE quiz [<!ENTITY a "b">]><quiz>&a;</quiz>', "x.xml")
    assert db.session.scalar(select(func.count(QuestionImport.id))) == 0
    empty = send(studio, b"<quiz></quiz>", "x.xml")
    assert [code for code, _params in empty.summary["notes"]] == ["no_questions"]


def test_what_has_changed_since_is_not_written_over(studio):
    confirm(studio, send(studio))
    stored = send(studio, GIFT.replace("Huế", "Vinh"))
    services.change_question(
        studio.author, studio.slug, "cau-1",
        {**items(studio)["cau-1"].version.spec, "text": {"vi": "Thủ đô nước ta?"}}, QuestionPlace(use_lesson=False),
    )  # fmt: skip
    with pytest.raises(Conflict):
        confirm(studio, stored)
    db.session.expire_all()
    assert items(studio)["cau-1"].version.spec["text"] == {"vi": "Thủ đô nước ta?"}
    assert stored.state == "checked"


def test_only_who_may_edit_the_course_may_and_only_courses_of_the_studio(studio):
    stranger = create_actor(Role.INSTRUCTOR, unit=create_unit(), full_name="Người khác")
    stored = send(studio)
    for act in (
        lambda: send(studio, actor=stranger),
        lambda: services.get_question_import(stranger, studio.slug, stored.id),
        lambda: services.confirm_question_import(stranger, studio.slug, stored.id),
        lambda: services.discard_question_import(stranger, studio.slug, stored.id),
        lambda: services.export_questions(stranger, studio.slug, form="gift", langs=["vi"]),
    ):
        with pytest.raises((Forbidden, AcademyError)) as refusal:
            act()
        assert refusal.value.status in (403, 404)
    other = services.create_course(studio.author, title="Khác")
    with pytest.raises(DraftNotFound):
        services.get_question_import(studio.author, other, stored.id)
    db.session.get(Course, studio.course().id).origin = "content"
    db.session.flush()
    with pytest.raises(NotWrittenHere):
        send(studio)


def test_confirming_twice_and_discarding(studio):
    stored = send(studio)
    services.discard_question_import(studio.author, studio.slug, stored.id)
    with pytest.raises(Conflict):
        confirm(studio, stored)
    assert not items(studio) and not list_import_items(stored.id)
    stored = confirm(studio, send(studio))
    with pytest.raises(Conflict):
        confirm(studio, stored)
    with pytest.raises(Conflict):
        services.discard_question_import(studio.author, studio.slug, stored.id)


# --- long files -----------------------------------------------------------------------------------


def long_file(count: int) -> str:
    return "\n\n".join(
        f"// [id:cau-{n}]\nCâu hỏi số {n} có nội dung dài? {{=đúng ~sai ~không rõ}}" for n in range(count)
    )


def test_a_long_file_is_read_and_written_by_jobs(studio, monkeypatch):
    monkeypatch.setattr(question_exchange, "AT_ONCE", 1000)
    stored = send(studio, long_file(60))
    import_id = stored.id
    assert stored.state == "checking" and stored.job_id and not list_import_items(import_id)
    run_all()
    stored = services.get_question_import(studio.author, studio.slug, import_id)
    assert stored.state == "checked" and stored.summary["counts"]["new"] == 60
    confirm(studio, stored)
    assert stored.state == "applying" and not items(studio)
    run_all()
    assert services.get_question_import(studio.author, studio.slug, import_id).state == "applied"
    assert len(items(studio)) == 60
    broken_id = send(studio, b"<quiz>" + b"x" * 2000, "x.xml").id
    run_all()
    broken = services.get_question_import(studio.author, studio.slug, broken_id)
    assert broken.state == "failed" and broken.summary["problem"][0]


def test_the_number_of_questions_costs_no_queries(studio, count_queries):
    counts = []
    for size in (10, 60):
        course = services.create_course(studio.author, title=f"Khóa {size}")
        with count_queries() as queries:
            stored = services.start_question_import(
                studio.author, course, long_file(size).encode(), "x.gift", VI
            )
            services.confirm_question_import(studio.author, course, stored.id)
        counts.append(len(queries))
    assert counts[0] == counts[1] < 45


def test_old_files_are_forgotten(studio):
    stored = send(studio)
    stored.created_at = clock.now() - question_exchange.KEPT * 2
    db.session.flush()
    assert question_exchange.forget_old_question_imports() == 1
    assert db.session.scalar(select(func.count(QuestionImportItem.id))) == 0


# --- pages ----------------------------------------------------------------------------------------


def upload(desk, text: str = GIFT, name: str = "bank.gift", **fields):
    file = (io.BytesIO(text.encode()), name)
    form = {"file": file, "lang": "vi", "format": "", "lesson": "", "outcome": "", **fields}
    return desk.post("/question-import", form, content_type="multipart/form-data")


def test_pages_from_the_file_to_the_questions(desk):
    assert "question-import" in desk.get("/questions").get_data(as_text=True)
    assert desk.get("/question-import").status_code == 200
    answer = upload(desk)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = desk.get(address).get_data(as_text=True)
    assert "This is a text without a question." in page and "line 6" in page and "Import 3 questions" in page
    assert "Hà Nội" not in page and "Only 5" not in page
    page = desk.get(f"{address}?verdict=approximated").get_data(as_text=True)
    assert "earned a part of the mark" in page
    answer = desk.post(f"{address}/confirm")
    assert answer.status_code == 303 and len(items(desk.studio)) == 3
    page = desk.get(address).get_data(as_text=True)
    assert "Imported on" in page and "/confirm" not in page
    assert desk.post(f"{address}/confirm").status_code == 409
    assert desk.post(f"{address}/discard").status_code == 409


def test_a_refused_form_keeps_what_was_chosen(desk):
    answer = upload(desk, "", lang="en", lesson=desk.studio.lesson)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Choose a file." in page
    assert f'<option value="{desk.studio.lesson}" selected' in page and '<option value="en" selected' in page
    assert upload(desk, lesson="no-such").status_code == 422
    assert desk.post("/question-import", {"lang": "vi"}).status_code == 422
    assert upload(desk, "<quiz><question></quiz>", "x.xml").status_code == 422


def test_categories_are_filed_on_the_page(desk):
    address = upload(desk, "$CATEGORY: top/Lạ\n\na {T}").headers["Location"]
    assert 'name="category.1" value="Lạ"' in desk.get(address).get_data(as_text=True)
    form = {"category.1": "Lạ", "lesson.1": desk.studio.lesson, "outcome.1": ""}
    assert desk.post(f"{address}/places", form).status_code == 303
    assert desk.post(f"{address}/places", form | {"lesson.1": "nope"}).status_code == 422
    assert desk.post(f"{address}/confirm").status_code == 303
    assert [item.lesson for item in items(desk.studio).values()] == [desk.studio.lesson]
    assert desk.post(f"{address}/places", form).status_code == 409


def test_a_long_report_has_pages_and_a_constant_number_of_queries(desk, count_queries):
    short = upload(desk, long_file(5)).headers["Location"]
    long = upload(desk, long_file(130)).headers["Location"]
    desk.get(short)
    counts = []
    for address in (short, long):
        with count_queries() as queries:
            page = desk.get(address).get_data(as_text=True)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14 and "after=100" in page
    assert desk.get(f"{long}?after=100").get_data(as_text=True).count("<tr>") <= 31
    assert desk.get(f"{long}?after=x&verdict=y").status_code == 200


def test_export_shows_what_is_lost_and_hands_out_the_file(desk):
    for kind in ("single", "ordering", "numeric"):
        services.add_question(
            desk.studio.author, desk.studio.slug, kind, ALL[kind], QuestionPlace(use_lesson=False)
        )
    assert desk.get("/question-export").status_code == 200
    page = desk.get("/question-export?format=gift&lang=vi&lesson=*").get_data(as_text=True)
    assert "GIFT has no way to ask" in page and "GIFT cannot carry: the unit" in page
    file = desk.get("/question-export/file?format=gift&lang=vi&lesson=*")
    assert file.status_code == 200 and file.data.startswith(b"// [id:")
    assert "attachment" in file.headers["Content-Disposition"]
    both = desk.get("/question-export/file?format=gift&lang=vi&lang=en&lesson=*")
    assert list(open_archive(both.data)) == ["questions.vi.gift", "questions.en.gift"]
    assert desk.get("/question-export/file?format=gift&lang=vi&lang=en&lesson=*").data == both.data
    for wrong in (
        "format=doc&lang=vi",
        "format=gift",
        "format=gift&lang=xx",
        "format=gift&lang=vi&lesson=none",
    ):
        assert desk.get(f"/question-export?{wrong}").status_code == 422, wrong
    assert desk.get("/question-export/file?format=doc&lang=vi").status_code == 422


def test_strangers_see_nothing(desk, client):
    address = upload(desk).headers["Location"]
    sign_in(client, create_actor(Role.INSTRUCTOR, unit=create_unit(), full_name="Khác"))
    for path in (
        address,
        desk.studio.url("/question-import"),
        desk.studio.url("/question-export/file?format=gift&lang=vi"),
    ):
        assert client.get(path).status_code in (403, 404), path


# --- API ------------------------------------------------------------------------------------------


def api(desk, rest: str, data: str | None = GIFT, **named):
    address = f"/api/v1/studio/courses/{desk.studio.slug}/questions/{rest}"
    if data is None:
        return desk.client.get(address, **named)
    form = {"file": (io.BytesIO(data.encode()), "bank.gift")}
    headers = {"X-CSRFToken": desk.token}
    return desk.client.post(address, data=form, headers=headers, content_type="multipart/form-data", **named)


def test_programs_import_and_export(desk):
    report = api(desk, "import?dry_run=true").json
    assert report["state"] == "checked" and report["counts"]["refused"] == 1 and not items(desk.studio)
    refused = next(item for item in report["items"] if item["verdict"] == "refused")
    assert (
        refused["line"] == 6
        and refused["notes"][0]["code"] == "description"
        and refused["notes"][0]["remedy"]
    )
    answer = api(desk, "import")
    assert answer.status_code == 422 and answer.json["type"].endswith("questions.refused")
    done = api(desk, "import?leave_out_refused=true").json
    assert done["state"] == "applied" and len(items(desk.studio)) == 3
    again = api(desk, "import?leave_out_refused=true").json
    assert again["state"] == "checked" and again["counts"]["unchanged"] == 3
    shown = api(desk, f"imports/{report['id']}?verdict=refused", None).json
    assert [item["verdict"] for item in shown["items"]] == ["refused"]
    conflict = desk.client.post(
        f"/api/v1/studio/courses/{desk.studio.slug}/questions/imports/{done['id']}/confirmation",
        headers={"X-CSRFToken": desk.token},
    )
    assert conflict.status_code == 409
    exported = api(desk, "export?format=moodle&lang=vi", None)
    assert exported.mimetype == "application/xml" and b"<quiz>" in exported.data
    assert api(desk, "export?format=gift&lang=vi,xx", None).status_code == 422


# --- command --------------------------------------------------------------------------------------


def test_the_command_line(app, studio, tmp_path):
    run = app.test_cli_runner().invoke
    file = tmp_path / "bank.gift"
    file.write_text(GIFT, encoding="utf-8")
    said = run(group, ["import", studio.slug, str(file), "--dry-run"])
    assert (
        said.exit_code == 0
        and "6: refused" in said.output
        and "3 new, 0 changed, 0 unchanged, 1 refused" in said.output
    )
    assert not items(studio)
    assert run(group, ["import", studio.slug, str(file)]).exit_code == 1
    said = run(group, ["import", studio.slug, str(file), "--leave-out-refused", "--lesson", studio.lesson])
    assert said.exit_code == 0 and "imported." in said.output and len(items(studio)) == 3
    target = tmp_path / "out.xml"
    said = run(group, ["export", studio.slug, str(target), "--format", "moodle"])
    assert (
        said.exit_code == 0
        and "3 of 3 questions written." in said.output
        and target.read_bytes().startswith(b"<?xml")
    )
    said = run(group, ["export", studio.slug, str(tmp_path / "no"), "--format", "aiken", "--dry-run"])
    assert "1 of 3 questions would be written." in said.output and not (tmp_path / "no").exists()
    assert find_item(studio.course().id, "cau-1")
