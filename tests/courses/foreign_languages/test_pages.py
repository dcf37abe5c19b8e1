"""The pages work as plain forms, and a dictation finds its recording in lessons and papers."""

from __future__ import annotations

import re

import pytest

from academy.catalog.services import publish_course, publish_lesson_version, store_media
from academy.enrollment.services import enroll
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.questions.services import save_item
from academy.quizzes.services import save_quiz, start_attempt
from tests.factories import create_actor, sign_in
from tests.quizzes.conftest import SETTINGS

BASE = "/modules/foreign_languages"
SPEC = {
    "prompt": {"vi": "Nghe và viết.", "en": "Listen and write."},
    "language": "en",
    "transcript": "The meeting begins at half past two.",
    "audio": "media/hop.mp3",
    "homophones": [["two", "too", "to"]],
    "explanation": {"vi": "Nghe âm cuối.", "en": "Listen for the ending."},
}
TEXT = "---\ntitle: Bài\nobjectives: [x]\nsummary: s\n---\n## Bài {#bai}\n\nMột đoạn.\n\n[[exercise:hop]]\n"


@pytest.fixture
def signed(language, client):
    """A learner signed in, and a function that posts a form with its token."""
    actor = create_actor()
    token = sign_in(client, actor)

    def post(path: str, **fields):
        return client.post(path, data=fields | {"csrf_token": token})

    return actor, post


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="(\d+)"', page)[1]


def test_one_card_by_plain_forms(client, signed):
    _actor, post = signed
    with clock.frozen("2026-11-22T02:00:00Z"):
        listed = client.get(f"{BASE}/").get_data(as_text=True)
        assert "Từ vựng" in listed and f"{BASE}/decks/tu-vung/review" in listed
        page = client.get(f"{BASE}/decks/tu-vung/review").get_data(as_text=True)
        assert "word 1" in page and "<details" in page and page.count('name="rating"') == 4
        answer = post(
            f"{BASE}/decks/tu-vung/review", card=hidden(page, "card"), seen=hidden(page, "seen"), rating="3"
        )
        assert answer.status_code == 303
        following = client.get(f"{BASE}/decks/tu-vung/review").get_data(as_text=True)
        assert "word 2" in following and f"{BASE}/decks/tu-vung/undo" in following
        assert post(f"{BASE}/decks/tu-vung/undo").status_code == 303
        assert "word 1" in client.get(f"{BASE}/decks/tu-vung/review").get_data(as_text=True)


def test_every_page_opens(client, signed):
    _actor, post = signed
    for path in ("/", "/decks/tu-vung", "/decks/tu-vung/review", "/stats"):
        assert client.get(f"{BASE}{path}").status_code == 200
    page = client.get(f"{BASE}/decks/tu-vung/review").get_data(as_text=True)
    post(f"{BASE}/decks/tu-vung/review", card=hidden(page, "card"), seen="0", rating="4")
    stats = client.get(f"{BASE}/stats").get_data(as_text=True)
    assert "<svg" in stats and "<table" in stats


def test_the_day_ends_with_a_word(client, signed):
    _actor, post = signed
    with clock.frozen("2026-11-22T02:00:00Z"):
        for _number in range(20):
            page = client.get(f"{BASE}/decks/tu-vung/review").get_data(as_text=True)
            post(f"{BASE}/decks/tu-vung/review", card=hidden(page, "card"), seen="0", rating="4")
        page = client.get(f"{BASE}/decks/tu-vung/review").get_data(as_text=True)
        assert 'name="rating"' not in page and "20" in page


@pytest.mark.parametrize(
    "fields",
    [{}, {"card": "x", "seen": "0", "rating": "3"}, {"card": "1", "seen": "0"}, {"card": "1", "seen": "-1", "rating": "3"},
     {"card": "²", "seen": "0", "rating": "3"}, {"card": "1", "seen": "0", "rating": "9"}],
)  # fmt: skip
def test_broken_forms_are_refused(signed, fields):
    assert signed[1](f"{BASE}/decks/tu-vung/review", **fields).status_code == 422


def test_words_are_public_practice_is_not(language, client):
    assert "word 30" in client.get(f"{BASE}/decks/tu-vung").get_data(as_text=True)
    assert client.get(f"{BASE}/decks/tu-vung/review").status_code == 303
    assert client.get(f"{BASE}/decks/khong-co").status_code == 404


@pytest.fixture
def with_recording(language):
    system = Actor.system()
    store_media(system, language.course_id, "media/hop.mp3", b"ID3" + bytes(200))
    save_item(
        system, language.course_id, "hop", "foreign_languages:dictation", SPEC, lesson="bai", outcome="o1"
    )
    publish_lesson_version(system, language.course_id, "bai", {"vi": TEXT})
    publish_course(system, language.course_id)
    return language


def audio(page: str) -> str:
    return re.search(r'<audio[^>]* src="([^"]+)"', page)[1]


def test_dictation_in_a_lesson(with_recording, client):
    actor = create_actor()
    enroll(actor, "tieng-anh")
    token = sign_in(client, actor)
    page = client.get("/courses/tieng-anh/lessons/bai").get_data(as_text=True)
    with client.get(audio(page)) as recording:
        assert recording.status_code == 200 and recording.mimetype == "audio/mpeg"
    assert "half past" not in page and "Nghe âm cuối" not in page
    action = re.search(r'action="([^"]*/exercises/[^"]+)"', page)[1]
    name = re.search(r'<textarea[^>]* name="([^"]+)"', page)[1]
    fields = {name: "The meeting begin at half past too", "csrf_token": token, "lang": "vi"}
    answer = client.post(action, data=fields, follow_redirects=True)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert (
        'data-error="ending"' in shown
        and 'data-error="homophone"' in shown
        and "begins at half past two" in shown
    )


def test_dictation_in_a_paper_betrays_nothing(with_recording, client):
    actor = create_actor()
    enroll(actor, "tieng-anh")
    settings = SETTINGS | {"draw": [{"outcome": "o1", "count": 1}]}
    quiz = save_quiz(Actor.system(), with_recording.course_id, "final", settings)
    attempt = start_attempt(actor, quiz.quiz_id)
    sign_in(client, actor)
    page = client.get(f"/attempts/{attempt}").get_data(as_text=True)
    assert audio(page).startswith("/courses/tieng-anh/media/hop.")
    assert "half past" not in page
    assert "half past" not in client.get(f"/api/v1/attempts/{attempt}").get_data(as_text=True)
