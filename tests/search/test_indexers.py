"""One writer for each index: leases, numbers that fence, and what is kept for indexes of other machines."""

import threading

import pytest

from academy.kernel import clock, jobs
from academy.kernel.authorization import Role
from academy.search import lease, services
from academy.search.backend import Applied, WriterBusy
from academy.search.engine import engine
from academy.search.models import SearchLease, SearchOutbox
from academy.search.queries import scope_of, search, similar
from academy.search.query import parse
from tests.factories import create_actor, create_unit
from tests.search.test_indexing import ANYBODY, write_course


@pytest.fixture
def author(app, fresh_index):
    return create_actor(Role.INSTRUCTOR, Role.ADMINISTRATOR, unit=create_unit())


def test_one_holds_an_index_until_it_gives_it_back(app):
    lease.register("a")
    with lease.hold("a") as held:
        with pytest.raises(WriterBusy):
            lease.take("a")
        lease.renew(held, 7)
        [told] = [one for one in lease.list_indexers() if one.name == "a"]
        assert told.is_held and told.position == 7 and told.token == held.token == 1
    assert lease.take("a").token == 2
    with pytest.raises(WriterBusy):
        lease.take("never registered")


def test_who_has_slept_too_long_has_lost_it(app):
    lease.register("a")
    slept = lease.take("a")
    with clock.frozen(clock.now() + 2 * lease.LEASE):
        younger = lease.take("a")
        assert younger.token > slept.token
        with pytest.raises(WriterBusy):
            lease.renew(slept, 1)
        lease.give_back(slept)  # which is not its to give
        with pytest.raises(WriterBusy):
            lease.take("a")


def test_the_index_refuses_a_writer_that_does_not_know_it_lost(author):
    write_course(author, "Một", ("Bài một", "Chữ."))
    jobs.run_all()
    before = engine().applied()
    slept = lease.take(engine().key)
    with clock.frozen(clock.now() + 2 * lease.LEASE):
        younger = lease.take(engine().key)
        engine().apply([], before=before, after=before, token=younger.token)
    with pytest.raises(WriterBusy):
        engine().apply([], before=before, after=Applied(99), token=slept.token)


def test_work_waits_for_a_holder_that_does_it(author, monkeypatch):
    write_course(author, "Một", ("Bài một", "Chữ."))
    jobs.run_all()
    held = lease.take(engine().key)
    write_course(author, "Hai", ("Bài hai", "Chữ."))
    waited = []

    def holder_works(seconds):
        waited.append(seconds)
        services.work_off(engine(), held, {"changes": 0, "documents": 0})

    monkeypatch.setattr(services.time, "sleep", holder_works)
    assert services.index_pending() == {"changes": 0, "documents": 0}
    assert len(waited) == 1 and services.count_pending() == 0


def test_an_index_the_outbox_was_not_kept_for_is_built_anew(author, session):
    write_course(author, "Một", ("Bài một", "Chữ."))
    jobs.run_all()
    first = engine().health().generation
    session.query(SearchLease).delete()
    session.flush()
    services.index_pending()
    assert engine().health().generation != first
    assert lease.is_registered(engine().key)


def test_the_outbox_is_kept_for_the_slowest_index_that_lives(author, session):
    write_course(author, "Một", ("Bài một", "Chữ."))
    jobs.run_all()
    lease.register("another machine's")
    with clock.frozen(clock.now() + 2 * services.KEPT):
        write_course(author, "Hai", ("Bài hai", "Chữ."))
        services.index_pending()
        kept = session.query(SearchOutbox).count()
    assert kept >= 2
    with clock.frozen(clock.now() + 2 * lease.FORGOTTEN):
        write_course(author, "Ba", ("Bài ba", "Chữ."))
        services.index_pending()
        write_course(author, "Bốn", ("Bài bốn", "Chữ."))
        services.index_pending()
        assert session.query(SearchOutbox).count() < kept + 2
        assert not lease.is_registered("another machine's")


def test_batches_end_after_two_seconds(author, monkeypatch):
    for number in range(3):
        write_course(author, f"Khóa {number}", ("Bài", "Chữ."))
    rows = services._pending(Applied())
    monkeypatch.setattr(services, "BATCH_SECONDS", 0.0)
    taken, batch, _documents = services._batch(rows)
    assert len(batch) == 1 and 1 <= len(taken) < len(rows)


def test_a_search_process_follows_until_it_is_stopped(author, monkeypatch):
    write_course(author, "Một", ("Bài một", "Chữ rất riêng."))
    stop, rounds = threading.Event(), []

    class Stop:
        """Stops after some looks; in between another course is published."""

        def is_set(self):
            return stop.is_set()

        def wait(self, _seconds):
            rounds.append(services.count_pending())
            if len(rounds) == 1:
                write_course(author, "Hai", ("Bài hai", "Chữ rất riêng."))
            if len(rounds) == 3:
                stop.set()

    services.follow(Stop())
    assert rounds == [0, 0, 0]
    engine().refresh()
    assert search(ANYBODY, "rất riêng").total == 2
    assert not any(one.is_held for one in lease.list_indexers())


def test_similar_lessons_are_offered(author):
    text = "Ngập lụt đô thị, trạm bơm, máy bơm tiêu úng và cảnh báo ngập lụt cho phường."
    one = write_course(author, "Một", ("Ngập lụt", text))
    write_course(author, "Hai", ("Chống ngập", text), visibility="restricted")
    other = write_course(author, "Ba", ("Trạm bơm", text))
    write_course(author, "Bốn", ("Văn thư", "Dấu giáp lai đóng vào mép phải văn bản."))
    jobs.run_all()
    engine().refresh()
    hit = engine().search(parse("ngập lụt"), scope_of(ANYBODY)).hits[0]
    assert hit.course in {one.slug, other.slug}
    likes = similar(ANYBODY, hit.ref)
    assert {likes[0].course} == {one.slug, other.slug} - {hit.course}
    assert "Chống ngập" not in {like.plain_title for like in likes}
