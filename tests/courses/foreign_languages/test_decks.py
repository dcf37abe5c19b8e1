"""Decks: taking them over, the queue of a local day, answers, taking back, leeches, the log."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest

from academy.catalog.content import content_check
from academy.catalog.content_parts import Changes, content_parts
from academy.catalog.services import create_course, set_visibility
from academy.kernel import clock
from academy.kernel.actor import Actor
from academy.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from academy.plugins.manager import installed_modules
from academy.search.documents import course_documents
from academy.search.models import SearchOutbox
from courses.foreign_languages import queries, services
from courses.foreign_languages.memory import NEW_PER_DAY, Phase
from courses.foreign_languages.models import CardState
from tests.courses.foreign_languages.conftest import card, deck
from tests.factories import create_actor

GOOD, AGAIN, EASY = 3, 1, 4
MORNING = "2026-11-22T02:00:00Z"  # 09:00 in Hanoi


@pytest.fixture
def learner(language):
    return create_actor()


def the_deck(actor):
    return queries.get_deck(actor, "tu-vung")


def task(actor):
    return queries.next_task(actor, the_deck(actor))


def rate(actor, rating=GOOD):
    shown = task(actor)
    return services.rate_card(actor, "tu-vung", shown.card.id, rating, seen=shown.seen), shown.card


def counts(actor):
    return queries.deck_counts(actor, the_deck(actor))


# --- taking over ----------------------------------------------------------------------------------


def test_syncing_the_content_brings_the_decks(language, learner):
    ((row, found),) = queries.list_decks(learner)
    assert (row.key, row.cards, row.title["vi"]) == ("tu-vung", 30, "Từ vựng")
    assert found.new == NEW_PER_DAY and found.due == 0


def test_a_second_run_changes_nothing(language):
    assert not language.sync().any


def test_a_changed_card_is_a_new_version_and_keeps_what_is_remembered(language, learner):
    with clock.frozen(MORNING):
        _memory, shown = rate(learner)
    language.write(deck([card(1, front="word one"), *(card(number) for number in range(2, 31))]))
    assert language.changes() == Changes(changed=1, unchanged=29)
    now = queries.list_cards(the_deck(learner).id)[0]
    assert now.id == shown.id and now.version_id != shown.version_id and now.content["front"] == "word one"
    assert queries.memory_of(learner.person_id, now.id).reps == 1
    language.write(deck([card(number) for number in range(1, 31)]))
    language.sync()
    assert queries.list_cards(the_deck(learner).id)[0].version_id == shown.version_id, (
        "old words, old version"
    )


def test_a_removed_card_rests_and_comes_back_with_its_memory(language, learner):
    rate(learner)
    language.write(deck([card(number) for number in range(2, 31)]))
    assert language.changes() == Changes(removed=1, unchanged=29)
    assert the_deck(learner).cards == 29 and counts(learner).seen == 0
    language.write(deck([card(number) for number in range(1, 31)]))
    assert language.changes() == Changes(changed=1, unchanged=29)
    assert counts(learner).seen == 1


def test_a_removed_deck_is_retired_and_comes_back(language, learner):
    language.write()
    assert language.changes() == Changes(removed=30)
    assert queries.list_decks(learner) == []
    with pytest.raises(NotFound):
        the_deck(learner)
    language.write(deck([card(number) for number in range(1, 31)]))
    assert language.changes() == Changes(changed=30)
    assert the_deck(learner).cards == 30


def test_a_deck_of_another_title_is_shown_anew(language, learner):
    language.write(deck([card(number) for number in range(1, 31)]) | {"title": {"vi": "Từ", "en": "Words"}})
    assert language.changes() == Changes(changed=30)
    assert the_deck(learner).title["vi"] == "Từ"


def test_a_changed_deck_alone_has_its_course_indexed_again(language, session):
    def asked() -> int:
        return session.query(SearchOutbox).filter_by(ref=language.course_id).count()

    before = asked()
    language.sync()
    assert asked() == before
    language.write(deck([card(1, front="ombudsman"), *(card(number) for number in range(2, 31))]))
    language.sync()
    assert asked() == before + 1
    assert "ombudsman" in str(course_documents(language.course_id))


@pytest.mark.parametrize(
    ("faulty", "line", "says"),
    [
        ({"id": "Từ", "cards": [card(1)]}, 11, "id"),
        ({"cards": [card(1), card(1)]}, 1, "word-1"),
        ({"cards": [card(1, back={"en": "word"})]}, 2, "back"),
        ({"cards": []}, 1, "cards"),
        ({"cards": [card(1, colour="red")]}, 5, "colour"),
        ({"cards": [card(1, lesson="khong-co")]}, 10, "The course has no lesson “khong-co”"),
    ],
)
def test_faulty_files_are_named_and_change_nothing(language, learner, faulty, line, says):
    language.write(deck([card(1)]) | faulty)
    (fault,) = language.sync().faults
    assert fault.path.startswith("foreign_languages/tieng-anh/decks/") and says in fault.message
    assert fault.line == line
    assert fault in content_check(language.root, content_parts(language.app))
    assert the_deck(learner).cards == 30


def test_what_is_not_yaml_is_named(language):
    (language.folder / "broken.yaml").write_text("id: [", encoding="utf-8")
    assert "broken.yaml" in str(language.sync().faults)


def test_two_files_of_one_id(language):
    (language.folder / "again.yaml").write_text(
        (language.folder / "tu-vung.yaml").read_text("utf-8"), "utf-8"
    )
    assert "Two decks have the id “tu-vung”" in str(language.sync().faults)


def test_a_deck_id_belongs_to_one_course(language, make_another):
    other = make_another("tieng-duc")
    assert "tu-vung" in str(other.sync().faults)


def test_decks_of_other_modules_courses_are_not_this_modules(language):
    home = language.root / "smart_city" / "do-thi"
    shutil.copytree(language.folder.parent, home)
    file = home / "course.yaml"
    file.write_text(file.read_text("utf-8").replace("id: tieng-anh", "id: do-thi"), "utf-8")
    assert not language.sync().faults


# --- who sees what --------------------------------------------------------------------------------


def test_decks_of_a_restricted_course_are_hidden_until_begun(language, make_another):
    learner, other = create_actor(), create_actor()
    create_course(
        Actor.system(),
        title={"vi": "Nội bộ", "en": "Internal"},
        slug="noi-bo",
        module="foreign_languages",
        owner_unit_path="77/",
    )
    course = make_another("noi-bo", key="noi-bo")
    shown = queries.next_task(learner, queries.get_deck(learner, "noi-bo"))
    services.rate_card(learner, "noi-bo", shown.card.id, GOOD, seen=0)
    set_visibility(Actor.system(), course.course_id, "restricted")
    assert [row.key for row, _counts in queries.list_decks(other)] == ["tu-vung"]
    with pytest.raises(NotFound):
        services.rate_card(other, "noi-bo", shown.card.id, GOOD, seen=0)
    assert [row.key for row, _counts in queries.list_decks(learner)] == ["tu-vung", "noi-bo"]


def test_only_persons_practise(language):
    with pytest.raises(Forbidden):
        services.rate_card(Actor.system(), "tu-vung", 1, GOOD, seen=0)


# --- the queue ------------------------------------------------------------------------------------


def test_twenty_new_cards_a_day_over_all_decks(language, learner, make_another):
    other = make_another("tieng-duc", key="tu-vung-duc")
    assert other.course_id
    with clock.frozen(MORNING):
        for _number in range(NEW_PER_DAY):
            rate(learner, EASY)
        assert task(learner) is None
        assert queries.next_task(learner, queries.get_deck(learner, "tu-vung-duc")) is None
        assert queries.new_left_today(learner.person_id) == 0
    with clock.frozen("2026-11-22T16:59:00Z"):
        assert task(learner) is None
    with clock.frozen("2026-11-22T17:00:00Z"):  # midnight in Hanoi
        assert task(learner).card.key == "word-21"


def test_good_on_day_zero_by_the_local_calendar(language, learner):
    with clock.frozen(MORNING):
        memory, shown = rate(learner)
        assert memory.interval == timedelta(minutes=10)
    with clock.frozen("2026-11-22T02:10:00Z"):
        again = task(learner)
        assert again.card.id == shown.id and again.seen == 1
        memory = services.rate_card(learner, "tu-vung", shown.id, GOOD, seen=1)
        assert (memory.state, memory.interval) == (Phase.REVIEW, timedelta(days=2))
    with clock.frozen("2026-11-23T16:59:00Z"):
        assert counts(learner).due == 0
    with clock.frozen(
        "2026-11-23T17:01:00Z"
    ):  # the 24th has begun in Hanoi, hours before the minute it is due
        assert counts(learner).due == 1 and task(learner).card.id == shown.id


def test_intervals_are_shown_before_rating(language, learner):
    with clock.frozen(MORNING):
        shown = task(learner)
        promised = {int(rating): interval for rating, interval in shown.intervals.items()}
        for rating in (1, 2, 3, 4):
            memory = services.rate_card(learner, "tu-vung", shown.card.id, rating, seen=0)
            assert memory.interval == promised[rating]
            services.undo_last_review(learner, "tu-vung")


def test_what_is_being_learned_comes_first_and_a_little_early_at_the_end(language, learner):
    with clock.frozen(MORNING):
        _memory, first = rate(learner, AGAIN)
        assert task(learner).card.key == "word-2", "not due for a minute yet"
    with clock.frozen("2026-11-22T02:01:00Z"):
        assert task(learner).card.id == first.id
        services.rate_card(learner, "tu-vung", first.id, GOOD, seen=1)
        for _number in range(NEW_PER_DAY - 1):
            rate(learner, EASY)
        assert task(learner).card.id == first.id, "nothing else is left: ten minutes early"


def test_the_same_answer_sent_twice_counts_once(language, learner):
    shown = task(learner)
    one = services.rate_card(learner, "tu-vung", shown.card.id, AGAIN, seen=0)
    two = services.rate_card(learner, "tu-vung", shown.card.id, EASY, seen=0)
    assert one == two and one.reps == 1


@pytest.mark.parametrize("rating", [0, 5, -1])
def test_ratings_are_one_to_four(language, learner, rating):
    with pytest.raises(Invalid):
        services.rate_card(learner, "tu-vung", task(learner).card.id, rating, seen=0)


def test_a_card_of_another_deck_is_not_found(language, learner, make_another):
    make_another("tieng-duc", key="khac")
    other = queries.list_cards(queries.get_deck(learner, "khac").id)[0]
    with pytest.raises(NotFound):
        services.rate_card(learner, "tu-vung", other.id, GOOD, seen=0)


# --- taking back, leeches -------------------------------------------------------------------------


def test_taking_back_restores_what_was(language, learner):
    with clock.frozen(MORNING):
        _memory, shown = rate(learner)
        before = queries.memory_of(learner.person_id, shown.id)
    with clock.frozen("2026-11-22T02:10:00Z"):
        services.rate_card(learner, "tu-vung", shown.id, AGAIN, seen=1)
        services.undo_last_review(learner, "tu-vung")
        assert queries.memory_of(learner.person_id, shown.id) == before
        services.undo_last_review(learner, "tu-vung")
        assert queries.memory_of(learner.person_id, shown.id) is None
        assert queries.new_left_today(learner.person_id) == NEW_PER_DAY
        with pytest.raises(Conflict):
            services.undo_last_review(learner, "tu-vung")


def test_only_todays_answers_are_taken_back(language, learner):
    with clock.frozen("2026-11-22T16:50:00Z"):
        rate(learner)
    with clock.frozen("2026-11-22T17:10:00Z"), pytest.raises(Conflict):
        services.undo_last_review(learner, "tu-vung")


def forget_until_it_rests(actor) -> int:
    """Practise the first card until it is suspended; its id."""
    card_id = queries.list_cards(the_deck(actor).id)[0].id
    at = clock.now()
    for seen in range(60):
        memory = queries.memory_of(actor.person_id, card_id)
        if memory is not None and memory.suspended_at is not None:
            return card_id
        at = memory.due if memory else at
        rating = AGAIN if memory is not None and memory.state == Phase.REVIEW else GOOD
        with clock.frozen(at):
            services.rate_card(actor, "tu-vung", card_id, rating, seen=seen)
    raise AssertionError("never suspended")


def test_leeches_rest_until_they_are_let_back(language, learner):
    card_id = forget_until_it_rests(learner)
    ((leech, lapses),) = queries.list_leeches(learner, the_deck(learner).id)
    assert (leech.id, lapses) == (card_id, 8)
    later = queries.memory_of(learner.person_id, card_id).due + timedelta(days=1)
    with clock.frozen(later):
        assert counts(learner).suspended == 1 and task(learner).card.id != card_id
        services.resume_card(learner, "tu-vung", card_id)
        assert task(learner).card.id == card_id
    assert services.recompute_states(Actor.system(), check=True) == []


# --- the log is the truth -------------------------------------------------------------------------


def test_memories_can_be_computed_from_the_log(language, learner, session):
    with clock.frozen(MORNING):
        for rating in (3, 1, 4, 2, 3):
            rate(learner, rating)
        services.undo_last_review(learner, "tu-vung")
    system = Actor.system()
    assert services.recompute_states(system, check=True) == []
    broken = session.query(CardState).first()
    broken.stability = 99.0
    session.commit()
    assert services.recompute_states(system, check=True) == [(broken.person_id, broken.card_id)]
    assert services.recompute_states(system) == [(broken.person_id, broken.card_id)]
    assert services.recompute_states(system, check=True) == []


def test_the_log_bears_the_moment_of_the_memory_to_the_microsecond(language, learner):
    for _number in range(3):
        rate(learner)
    assert services.recompute_states(Actor.system(), check=True) == []


def test_statistics(language, learner):
    with clock.frozen(MORNING):
        for _number in range(3):
            rate(learner, EASY)
    with clock.frozen("2026-11-30T02:00:00Z"):
        rate(learner, GOOD)
        rate(learner, AGAIN)
        rate(learner, GOOD)
        services.undo_last_review(learner, "tu-vung")
        found = queries.statistics(learner)
    assert found.answers == 5 and dict(found.days)[date(2026, 11, 22)] == 3
    assert (found.reviews, found.remembered, found.retention) == (2, 1, 0.5)
    assert dict(found.forecast)[date(2026, 11, 30)] == 2, "the one due and the one forgotten"
    assert found.learning == 1 and found.young + found.mature == 2


# --- privacy, search, command ---------------------------------------------------------------------


def test_export_and_erase(language, learner):
    other = create_actor()
    rate(learner)
    rate(learner)
    services.undo_last_review(learner, "tu-vung")
    rate(other)
    told = installed_modules().demand("academy_learner_export", person_id=learner.person_id)[
        "foreign_languages"
    ]
    assert [row["act"] for row in told["reviews"]] == ["review", "review", "undo"]
    assert [row["card"] for row in told["cards"]] == ["word-1"]
    installed_modules().demand("academy_learner_erase", person_id=learner.person_id)
    assert services.export_person(learner.person_id) == {"reviews": [], "cards": []}
    assert services.export_person(other.person_id)["reviews"]


def test_words_can_be_found(language):
    documents = installed_modules().ask("academy_search_documents", course_id=language.course_id)[
        "foreign_languages"
    ]
    assert documents[0]["url"] == "/modules/foreign_languages/decks/tu-vung"
    assert "word 7 This is word 7." in documents[0]["text"]


def test_command_recomputes(app, language):
    runner = app.test_cli_runner()
    assert runner.invoke(args=["foreign-languages", "recompute", "--check"]).exit_code == 0


def test_the_list_of_decks_costs_the_same_for_many(language, learner, make_another, count_queries):
    with count_queries() as few:
        queries.list_decks(learner)
    for number in range(3):
        make_another(f"khoa-{number}", key=f"bo-{number}", cards=2)
    with count_queries() as many:
        assert len(queries.list_decks(learner)) == 4
    assert len(many) == len(few) == 3
