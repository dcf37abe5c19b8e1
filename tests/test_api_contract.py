"""Every endpoint keeps what the OpenAPI document promises, for whatever is sent to it."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from academy.accounts.services import create_token
from academy.app import create_app
from academy.catalog.content_parts import content_parts
from academy.catalog.services import sync_content
from academy.enrollment.services import enroll
from academy.kernel.actor import Actor
from academy.kernel.authorization import Role
from academy.kernel.db import db
from tests.conftest import make_config
from tests.factories import create_actor

EXAMPLES = 15
# the bearer token goes with every call; who may call what is the access matrix's subject
NOT_OURS = [ignored_auth]
# any bytes are a file by the schema, but not any file is a list of people
# and not every text has a word in it, or is a name that may stand for another
BY_OPERATION = {
    "POST /api/v1/people/import": [positive_data_acceptance],
    "POST /api/v1/search/mine/saved": [positive_data_acceptance],
    "POST /api/v1/search/words": [positive_data_acceptance],
    "PUT /api/v1/search/words/{synonym_id}": [positive_data_acceptance],
    "POST /api/v1/training-needs": [positive_data_acceptance],
    "POST /api/v1/training-needs/{need_id}/answer": [positive_data_acceptance],
}


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """An academy with the real courses and a person who holds every role, on a database of its own."""
    instance = tmp_path_factory.mktemp("api")
    app = create_app(make_config(instance, database_url=f"sqlite:///{instance / 'api.sqlite3'}"))
    with app.app_context():
        db.create_all()
        sync_content(Actor.system(), app.config["ACADEMY"].content, content_parts(app))
        actor = create_actor(*Role)
        for course in ("tieng-anh-cong-vu", "du-lieu-va-an-toan-so"):
            enroll(actor, course)
        token = create_token(actor, "contract")
        db.session.remove()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    schema.config.headers = {"Authorization": f"Bearer {token}"}
    yield schema
    with app.app_context():
        db.engine.dispose()


def _try(operation) -> str:
    """Call one operation with generated input; what it does wrong, or empty."""

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(operation.as_strategy(), operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)))
    def call(case):
        response = case.call()
        try:
            case.validate_response(response, excluded_checks=NOT_OURS + BY_OPERATION.get(operation.label, []))
        except BaseExceptionGroup as fault:
            raise AssertionError(f"{_leaves(fault)}\n{case.as_curl_command()}\n{response.content[:400]!r}") from None

    try:
        call()
    except Unsatisfiable:
        return ""  # nothing wrong can be sent to an endpoint without input
    except AssertionError as fault:
        return f"{operation.label}:\n{fault}"
    return ""


def _leaves(fault: BaseException) -> str:
    if isinstance(fault, BaseExceptionGroup):
        return "\n".join(_leaves(inner) for inner in fault.exceptions)
    return str(fault)


def test_the_api_keeps_its_word(api):
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) > 25
    faults = [fault for operation in operations if (fault := _try(operation))]
    assert not faults, "\n\n".join(faults)
