"""The same answer from several windows at the same moment counts once, on either kind of database."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from academy.app import create_app
from academy.kernel.actor import Actor
from academy.kernel.db import db
from courses.foreign_languages import queries, services
from courses.foreign_languages.models import Review
from tests.conftest import make_config
from tests.courses.foreign_languages.conftest import make_language
from tests.factories import create_actor
from tests.quizzes.racing import at_once, own_database

GOOD = 3


@pytest.fixture
def house(tmp_path):
    """An application on a database of its own, a deck in it, and somebody who practises."""
    with own_database(tmp_path) as url:
        app = create_app(make_config(tmp_path, database_url=url))
        with app.app_context():
            db.create_all()
            root = tmp_path / "content"
            root.mkdir()
            (root / "topics.yaml").write_text("[]\n")
            make_language(app, root)
            learner = create_actor()
            db.session.commit()
            db.session.remove()
        yield app, learner
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_an_answer_sent_many_times_at_once_counts_once(house):
    app, learner = house
    with app.app_context():
        card = queries.next_task(learner, queries.get_deck(learner, "tu-vung")).card.id
        db.session.remove()
    for seen in (0, 1):
        done = at_once(
            app, 8, lambda _, seen=seen: services.rate_card(learner, "tu-vung", card, GOOD, seen=seen)
        )
        assert {getattr(memory, "reps", memory) for memory in done} == {seen + 1}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Review)) == 2
        assert services.recompute_states(Actor.system(), check=True) == []
        db.session.remove()
