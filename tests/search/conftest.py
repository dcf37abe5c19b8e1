"""Indexes of real files for the tests of the search."""

import shutil

import pytest

from academy.kernel.authorization import Role
from academy.search import services
from academy.search.backend import Applied, Scope
from academy.search.engine import engine
from academy.search.whoosh_index import WhooshIndex
from tests.factories import create_actor, create_unit
from tests.search.corpus import course_documents, own_documents, real_documents

EVERYTHING = Scope(frozenset(), everything=True)


def build(root, documents) -> WhooshIndex:
    index = WhooshIndex(root)
    index.activate(index.rebuild(documents, Applied()))
    return index


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> WhooshIndex:
    """All lessons and courses of the content folder and our own short ones; not to be written."""
    return build(
        tmp_path_factory.mktemp("library"), (*real_documents(), *course_documents(), *own_documents())
    )


@pytest.fixture
def make_index(tmp_path):
    return lambda documents, name="search": build(tmp_path / name, documents)


@pytest.fixture
def fresh_index(app):
    """No index at all; the database is empty too, so the next job builds one."""
    root = engine().generations.root
    shutil.rmtree(root, ignore_errors=True)
    engine().refresh()
    services._asked.clear()
    yield engine()
    shutil.rmtree(root, ignore_errors=True)
    engine().refresh()


@pytest.fixture
def author(app, fresh_index):
    """Who writes, publishes and restricts courses, while there is no index yet."""
    return create_actor(Role.INSTRUCTOR, Role.ADMINISTRATOR, unit=create_unit())
