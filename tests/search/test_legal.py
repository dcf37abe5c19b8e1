"""The legal register is found by number, title and issuer, and follows the register."""

import pytest

from academy.catalog.services import sync_content
from academy.kernel import jobs
from academy.kernel.actor import Actor
from academy.search.engine import engine
from academy.search.queries import search
from tests.catalog.conftest import LEGAL, TOPICS

ANYBODY = Actor.anonymous()


@pytest.fixture
def register(app, fresh_index, tmp_path):
    """A content folder with nothing but a register; gives a function that puts another text into it."""
    (tmp_path / "political_theory").mkdir()
    (tmp_path / "topics.yaml").write_text(TOPICS, "utf-8")

    def write(text):
        (tmp_path / "political_theory" / "legal.yaml").write_text(text, "utf-8")
        assert sync_content(Actor.system(), tmp_path, ()).faults == []
        jobs.run_all()
        engine().refresh()

    write(LEGAL)
    return write


def found(text):
    return [
        (item.plain_title, item.lang, item.url)
        for item in search(ANYBODY, text).items
        if item.kind == "legal"
    ]


def test_documents_are_found_by_title_number_and_issuer(register):
    new = ("171/2025/NĐ-CP – Nghị định về đào tạo công chức", "vi", "/legal/171-2025-nd-cp")
    assert found("dao tao cong chuc") == [new]
    assert found("nghị định 171/2025/ND-CP")[0] == new
    assert {url for _title, _lang, url in found("171/2025")} == {"/legal/171-2025-nd-cp"}
    assert found("former decree") == [
        ("101/2017/NĐ-CP – The former decree on training", "en", "/legal/101-2017-nd-cp")
    ]
    assert len(found("chính phủ ban hành")) == 2
    assert "30/6/2025" in "".join(
        text for text, _hit in search(ANYBODY, "đào tạo công chức").items[0].snippet
    )


def test_a_document_leads_to_its_page(register, client):
    page = client.get(found("đào tạo công chức")[0][2]).get_data(as_text=True)
    assert "171/2025/NĐ-CP" in page
    shown = client.get("/search?q=dao tao cong chuc").get_data(as_text=True)
    assert "Legal document" in shown and "/legal/171-2025-nd-cp" in shown
    asked = client.get("/search?q=171/2025").get_data(as_text=True)
    assert (
        asked.count('href="/legal/171-2025-nd-cp"') == 1
    )  # as an entry of the register, not a second time as a result


def test_the_index_follows_the_register(register):
    register(LEGAL.replace("Nghị định về đào tạo công chức", "Nghị định về bồi dưỡng viên chức"))
    assert found('"đào tạo công chức"') == []
    assert len(found("bồi dưỡng viên chức")) == 1
