"""Questions and files in the studio: every kind's form, its faults, who may, what is refused."""

from __future__ import annotations

import copy
import io

import pytest
import yaml

from academy.authoring import services
from academy.authoring.errors import DraftNotFound, NotWrittenHere
from academy.authoring.uploads import media_path
from academy.catalog.models import Course
from academy.catalog.queries import list_media
from academy.config import PROJECT_ROOT
from academy.kernel.errors import Invalid
from academy.questions.queries import find_item, present_item, solution_of
from academy.questions.registry import kinds
from academy.questions.services import checked_spec
from tests.authoring.conftest import text
from tests.questions.form_reader import Fields
from tests.questions.specs import ALL

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>x</title></svg>'
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000020000000308060000009d74661a")


def all_kinds(app) -> list[str]:
    with app.app_context():
        return [kind.kind for kind in kinds()]


def sample(kind: str) -> dict | None:
    """A spec of a kind: of the core from its tests, of a module from the content folder."""
    if kind in ALL:
        return copy.deepcopy(ALL[kind])
    for path in sorted((PROJECT_ROOT / "content").glob("*/*/questions/*.yaml")):
        if f"kind: {kind}" in path.read_text(encoding="utf-8"):
            for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
                if entry["kind"] == kind:
                    return entry["spec"]
    return None


def without_empty(value):
    if isinstance(value, dict):
        return {
            name: without_empty(inner) for name, inner in value.items() if inner not in ([], {}, "", None)
        }
    return [without_empty(inner) for inner in value] if isinstance(value, list) else value


def new(kind: str) -> str:
    return f"/new-question?kind={kind}"


def add(desk, kind: str = "truefalse") -> str:
    place = services.QuestionPlace(lesson=desk.studio.lesson)
    return services.add_question(desk.studio.author, desk.studio.slug, kind, sample(kind), place)[0]


def test_every_kind_has_a_form_and_what_it_shows_sent_back_is_the_same_question(app, desk):
    for kind in all_kinds(app):
        spec = sample(kind)
        assert desk.get(new(kind)).status_code == 200, kind
        if spec is None:
            continue
        checked = checked_spec(kind, spec)
        in_lesson = kind != "file"  # which needs an attempt to belong to
        place = services.QuestionPlace(
            lesson=desk.studio.lesson, difficulty=4, use_lesson=in_lesson, use_pool=not in_lesson
        )
        key, _saved = services.add_question(desk.studio.author, desk.studio.slug, kind, spec, place)
        page = desk.get(f"/questions/{key}").get_data(as_text=True)
        form = Fields(page[page.index('<form class="form studio-form"') :]).values
        answer = desk.client.post(
            desk.studio.url(f"/questions/{key}"), data={**form.to_dict(flat=False), "csrf_token": desk.token}
        )
        assert answer.status_code == 303, (kind, answer.get_data(as_text=True)[:3000])
        item = find_item(desk.studio.course().id, key)
        stored = {name: value for name, value in item.version.spec.items() if name in checked}
        assert without_empty(stored) == without_empty(checked), kind
        assert (item.difficulty, item.use_lesson, item.use_pool) == (4, in_lesson, not in_lesson)


def test_a_kind_for_quizzes_only_is_refused_in_a_lesson_with_the_remedy(app, desk):
    place = services.QuestionPlace(lesson=desk.studio.lesson, use_lesson=True)
    with pytest.raises(Invalid) as refusal:
        services.add_question(desk.studio.author, desk.studio.slug, "file", ALL["file"], place)
    assert "quizzes only" in str(refusal.value.errors["item.use"][0])


def test_an_empty_form_of_any_kind_is_refused_with_reasons(app, desk):
    for kind in all_kinds(app):
        page = desk.get(new(kind)).get_data(as_text=True)
        form = Fields(page[page.index('<form class="form studio-form"') :]).values
        answer = desk.client.post(
            desk.studio.url(new(kind)), data={**form.to_dict(flat=False), "csrf_token": desk.token}
        )
        assert answer.status_code == 422, kind
        assert "error-text" in answer.get_data(as_text=True), kind


def test_bad_input_keeps_what_was_typed_and_names_the_rule(desk):
    form = {
        "text.vi": "Câu hỏi ĐÃ GÕ", "text.en": "TYPED",
        "options.0.id": "a", "options.0.text.vi": "một", "options.0.text.en": "one", "options.0.correct": "true",
        "options.1.id": "b", "options.1.text.vi": "hai", "options.1.text.en": "two", "options.1.correct": "true",
        "item.lesson": desk.studio.lesson, "item.difficulty": "3", "item.use": ["lesson", "pool"],
    }  # fmt: skip
    answer = desk.post(new("single"), form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "ĐÃ GÕ" in page and "Mark exactly one option" in page
    fields = Fields(page[page.index('<form class="form studio-form"') :]).values
    assert fields["options.1.text.vi"] == "hai" and fields["item.difficulty"] == "3"
    assert desk.post(new("single"), form | {"options.1.correct": ""}).status_code == 303


def test_a_wrong_choice_of_true_and_false_stays_as_it_was_made(desk):
    form = {"text.en": "English only", "answer": "false", "item.use": "pool", "item.difficulty": "2"}
    page = desk.post(new("truefalse"), form).get_data(as_text=True)
    assert Fields(page[page.index('<form class="form studio-form"') :]).values["answer"] == "false"


@pytest.mark.parametrize(
    ("field", "value"),
    [("item.lesson", "no-such"), ("item.lesson", ""), ("item.outcome", "o9"), ("item.difficulty", "9"), ("item.difficulty", "x"), ("item.use", "")],
)  # fmt: skip
def test_where_a_question_belongs_is_checked(desk, field, value):
    form = {
        "text.vi": "a", "text.en": "b", "answer": "true",
        "item.lesson": desk.studio.lesson, "item.difficulty": "2", "item.use": "lesson",
    }  # fmt: skip
    answer = desk.post(new("truefalse"), form | {field: value})
    assert answer.status_code == 422 and f'href="#f-{field}"' in answer.get_data(as_text=True)


def test_unknown_kinds_and_keys_are_not_found(desk):
    assert desk.get(new("no-such")).status_code == 404
    assert desk.get("/questions/no-such").status_code == 404
    with pytest.raises(DraftNotFound):
        services.retire_question(desk.studio.author, desk.studio.slug, "no-such")


def test_keys_are_made_from_the_lesson_and_never_used_twice(desk):
    first, second = add(desk), add(desk)
    assert (first, second) == (f"{desk.studio.lesson}-1", f"{desk.studio.lesson}-2")
    services.retire_question(desk.studio.author, desk.studio.slug, second)
    assert add(desk) == f"{desk.studio.lesson}-3"


def test_retired_questions_are_listed_apart_and_come_back(desk):
    key = add(desk)
    assert desk.post(f"/questions/{key}/state", {"act": "retire"}).status_code == 303
    assert find_item(desk.studio.course().id, key).state == "retired"
    assert 'value="restore"' in desk.get("/questions").get_data(as_text=True)
    desk.post(f"/questions/{key}/state", {"act": "restore"})
    assert find_item(desk.studio.course().id, key).state == "active"


def test_a_change_makes_a_version_and_the_old_one_stays(desk):
    key = add(desk)
    changed = sample("truefalse") | {"answer": False}
    place = services.QuestionPlace(lesson=desk.studio.lesson)
    saved = services.change_question(desk.studio.author, desk.studio.slug, key, changed, place)
    assert (saved.number, saved.changed) == (2, True)
    assert not services.change_question(desk.studio.author, desk.studio.slug, key, changed, place).changed


def test_the_preview_of_a_lesson_shows_its_exercises(desk):
    key = add(desk)
    desk.studio.write(body=f"Đoạn.\n\n[[exercise:{key}]]")
    page = desk.get(f"/lessons/{desk.studio.lesson}").get_data(as_text=True)
    assert "Luật có hiệu lực cao hơn thông tư." in page and f'data-key="{key}"' in page
    assert "EXPLANATION-TRUEFALSE" not in page


def test_questions_do_no_harm(desk):
    spec = sample("truefalse") | {"text": {"vi": "<script>alert(1)</script>", "en": "x"}}
    place = services.QuestionPlace(lesson=desk.studio.lesson)
    key, _saved = services.add_question(desk.studio.author, desk.studio.slug, "truefalse", spec, place)
    for rest in ("/questions", f"/questions/{key}"):
        assert "<script>alert" not in desk.get(rest).get_data(as_text=True)


# --- files ----------------------------------------------------------------------------------------


def upload(desk, name: str, data: bytes):
    return desk.post("/media", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def test_files_are_stored_under_plain_names(desk):
    assert upload(desk, "Sơ đồ hiệu lực.SVG", SVG).status_code == 303
    (file,) = list_media(desk.studio.course().id)
    assert (file.path, file.width) == ("figures/so-do-hieu-luc.svg", 10)
    assert "figures/so-do-hieu-luc.svg" in desk.get("/media").get_data(as_text=True)
    with desk.client.get(file.url) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.svg", SVG.replace(b"<title>", b"<script>alert(1)</script><title>")),
        ("a.svg", SVG.replace(b"<svg ", b'<svg onload="x()" ')),
        ("a.svg", b"<svg"),
        ("a.svg", SVG + b" " * 210_000),
        ("a.png", b"not a picture"),
        ("a.exe", b"MZ"),
        ("a.html", b"<script>1</script>"),
        ("", b""),
        ("empty.svg", b""),
    ],
)
def test_files_that_could_do_harm_or_are_too_large_are_refused(desk, name, data):
    answer = upload(desk, name, data)
    assert answer.status_code == 422 and "error-text" in answer.get_data(as_text=True)
    assert list_media(desk.studio.course().id) == []


def test_pictures_have_a_largest_size(studio):
    with pytest.raises(Invalid) as refusal:
        services.upload_media(studio.author, studio.slug, "a.png", PNG + b"\0" * 520_000)
    assert "500 KB" in str(refusal.value.errors["file"])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd.png", "figures/passwd.png"),
        ("C:\\Users\\Ảnh 1.PNG", "figures/anh-1.png"),
        ("so-do.vi.svg", "figures/so-do.vi.svg"),
        ("v1.2 plan.pdf", "media/v1-2-plan.pdf"),
        ("Nghe.mp3", "media/nghe.mp3"),
        ("…", "media/file"),
    ],
)
def test_where_files_belong(name, path):
    assert media_path(name) == path


def test_the_newest_file_at_a_path_is_shown(desk):
    upload(desk, "a.svg", SVG)
    upload(desk, "a.svg", SVG.replace(b"10 10", b"20 20"))
    (file,) = list_media(desk.studio.course().id)
    assert file.width == 20


def test_files_of_a_course_from_the_content_folder_are_left_alone(desk, session):
    session.get(Course, desk.studio.course().id).origin = "content"
    session.commit()
    with pytest.raises(NotWrittenHere):
        services.upload_media(desk.studio.author, desk.studio.slug, "a.svg", SVG)
    with pytest.raises(Invalid):
        services.upload_media(desk.studio.author, desk.studio.slug, "", b"")


def in_vietnamese(value):
    """A spec without its texts in other languages."""
    if isinstance(value, dict):
        if "vi" in value:
            return {"vi": value["vi"]}
        return {name: in_vietnamese(inner) for name, inner in value.items()}
    return [in_vietnamese(inner) for inner in value] if isinstance(value, list) else value


def test_a_course_in_vietnamese_needs_its_questions_in_no_other_language(app, desk):
    for kind in all_kinds(app):
        if ":" in kind:
            continue
        place = services.QuestionPlace(lesson=desk.studio.lesson, use_lesson=kind != "file")
        spec = in_vietnamese(sample(kind))
        key, _saved = services.add_question(desk.studio.author, desk.studio.slug, kind, spec, place)
        item = find_item(desk.studio.course().id, key)
        for lang in ("vi", "en"):
            view = present_item(item.version, 7, lang)
            assert view["body"] and "None" not in str(view["body"]), (kind, lang)
            assert solution_of(item.version, 7, lang)
        assert desk.get(f"/questions/{key}").status_code == 200, kind


def test_a_course_with_an_english_lesson_needs_them_in_english_too(app, desk):
    desk.studio.save(text(title="One"), 0, lang="en")
    with pytest.raises(Invalid) as refusal:
        services.add_question(
            desk.studio.author,
            desk.studio.slug,
            "truefalse",
            in_vietnamese(sample("truefalse")),
            services.QuestionPlace(lesson=desk.studio.lesson),
        )
    assert "text.en" in refusal.value.errors
