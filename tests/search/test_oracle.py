"""Ten thousand questions of readers at random, against what reading every document would answer."""

from dataclasses import replace

import pytest

from tests.search.conftest import EVERYTHING, build
from tests.search.oracle import World

QUESTIONS = 10_000


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(seed=2026)
    return world, build(tmp_path_factory.mktemp("oracle"), world.docs)


def test_ten_thousand_questions_are_answered_as_if_nothing_else_existed(world):
    world, index = world
    assert world.disagreements(index, QUESTIONS) == []


class Leaking:
    """A backend that forgets the reader in one place."""

    def __init__(self, index, fault):
        self.index, self.fault = index, fault

    def search(self, query, scope, **named):
        page = self.index.search(query, scope, **named)
        whole = self.index.search(query, EVERYTHING, **named)
        if self.fault == "facets":
            return replace(page, facets=whole.facets)
        if self.fault == "spelling":
            return replace(page, corrected=whole.corrected)
        if self.fault == "total":
            return replace(page, total=whole.total)
        return replace(page, hits=whole.hits) if self.fault == "hits" else page

    def suggest(self, typed, scope, **named):
        return self.index.suggest(typed, EVERYTHING if self.fault == "suggestions" else scope, **named)

    def similar(self, ref, scope, **named):
        return self.index.similar(ref, EVERYTHING if self.fault == "similar" else scope, **named)


@pytest.mark.parametrize("fault", ["hits", "total", "facets", "spelling", "suggestions", "similar"])
def test_a_backend_that_forgets_the_reader_is_found_out(world, fault):
    world, index = world
    assert world.disagreements(Leaking(index, fault), 500)
