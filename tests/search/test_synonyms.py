"""Words that stand for each other: how they widen a query, who keeps them, and what is refused."""

import pytest

from academy.audit.models import AuditEntry
from academy.kernel import jobs
from academy.kernel.authorization import Role
from academy.kernel.errors import Forbidden
from academy.kernel.spreadsheet import to_csv
from academy.kernel.text import is_syllable
from academy.search.engine import engine
from academy.search.errors import FileRefused, SynonymNotFound, WordsRefused
from academy.search.models import SearchSynonym
from academy.search.queries import search
from academy.search.query import parse
from academy.search.synonyms import Synonyms, sequence_terms, side_of
from academy.search.vocabulary import (
    add_words,
    change_words,
    import_words,
    restore_words,
    retire_words,
)
from academy.search.vocabulary_queries import (
    export_words,
    forget_synonyms,
    get_synonym,
    list_synonyms,
    synonyms_in_force,
)
from tests.factories import create_actor, create_unit
from tests.search.conftest import EVERYTHING
from tests.search.corpus import document
from tests.search.relevance import seeded_pairs
from tests.search.test_indexing import write_course

KNOWN = Synonyms.of(
    [("UBND", "ủy ban nhân dân"), ("CĐS", "chuyển đổi số"), ("sổ đỏ", "giấy chứng nhận nhà đất")]
)


@pytest.fixture(autouse=True)
def nothing_remembered(app):
    forget_synonyms()
    yield
    forget_synonyms()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    from tests.search.conftest import build

    return build(
        tmp_path_factory.mktemp("shelf"),
        [
            document("short", "vi", "Thẩm quyền", "UBND phường ký giấy phép xây dựng."),
            document("long", "vi", "Ai ký", "Ủy ban nhân dân phường ký quyết định bổ nhiệm."),
            document("parts", "vi", "Lạc đề", "Nhân lúc rảnh, ban tổ chức mời dân phường uống trà."),
            document("digital", "vi", "Kế hoạch CĐS", "Năm nay làm gì."),
            document("digit", "vi", "Chuyển đổi số ở xã", "Bắt đầu từ việc nhỏ."),
            document("deed", "vi", "Đất đai", "Giấy chứng nhận nhà đất cấp trong mười ngày."),
        ],
    )


def names(index, text, synonyms=KNOWN):
    return [hit.group for hit in index.search(parse(text, synonyms), EVERYTHING).hits]


# --- widening a query -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UBND", {"short", "long"}),
        ("ubnd phường", {"short", "long"}),
        ("ủy ban nhân dân phường", {"short", "long"}),
        ("uy ban nhan dan", {"short", "long"}),
        ("uỷ ban nhân dân", {"short", "long"}),
        ("cds", {"digital", "digit"}),
        ("CĐS", {"digital", "digit"}),
        ("title:cđs", {"digital", "digit"}),
        ("chuyển đổi số", {"digital", "digit"}),
        ("sổ đỏ", {"deed"}),
        ("giấy phép UBND", {"short"}),
        ("bổ nhiệm UBND", {"long"}),
        ('"ubnd phường"', {"short"}),  # a phrase is what was typed
        ("phường -ubnd", {"long", "parts"}),
    ],
)
def test_either_name_finds_both(shelf, text, expected):
    assert set(names(shelf, text)) == expected


def test_without_the_pair_only_what_was_typed_is_found(shelf):
    assert names(shelf, "UBND", Synonyms()) == ["short"]
    assert names(shelf, "sổ đỏ", Synonyms()) == []


def test_what_was_typed_comes_first(shelf):
    assert names(shelf, "UBND phường")[0] == "short"
    assert names(shelf, "ủy ban nhân dân phường")[0] == "long"


def test_marks_of_the_query_are_respected():
    lương = Synonyms.of([("TL", "tiền lương")])
    assert list(lương.runs(parse("tiên lượng").alternatives[0])) == []
    assert list(lương.runs(parse("tien luong").alternatives[0]))


def test_a_name_is_marked_in_results_by_its_other_name(shelf):
    hit = next(hit for hit in shelf.search(parse("UBND", KNOWN), EVERYTHING).hits if hit.group == "long")
    assert "".join(text for text, is_hit in hit.snippet if is_hit) == "Ủy ban nhân dân"


def test_function_words_within_a_name_do_not_break_it():
    assert sequence_terms(side_of("Đảng và Nhà nước")) == ("_nha_nuoc",)
    assert sequence_terms(side_of("là của")) == ("la", "cua")


def test_every_seeded_pair_would_be_accepted(app):
    admin = create_actor(Role.ADMINISTRATOR, unit=create_unit())
    for term, meaning in seeded_pairs():
        add_words(admin, term, meaning)
    assert len(list_synonyms(admin)) == len(seeded_pairs())


@pytest.mark.parametrize(("word", "expected"), [
    ("xã", True), ("tu", True), ("nguoi", True), ("TU", True), ("thuong", True), ("ubnd", False), ("cđs", False),
    ("ioc", False), ("hđnd", False), ("train", False),
])  # fmt: skip
def test_syllables_are_told_from_abbreviations(word, expected):
    assert is_syllable(word) is expected


# --- keeping them -----------------------------------------------------------------------------------


@pytest.fixture
def admin(app):
    return create_actor(Role.ADMINISTRATOR, unit=create_unit())


@pytest.mark.parametrize(
    ("term", "meaning", "rule"),
    [
        ("A", "ủy ban nhân dân", "words_short"),
        ("!!", "ủy ban", "words_short"),
        ("UBND", "", "words_short"),
        ("X" * 61, "ủy ban", "words_long"),
        ("VB", "một hai ba bốn năm sáu bảy tám chín", "words_long"),
        ("xã", "đơn vị hành chính", "words_ordinary"),
        ("TU", "Thành ủy Hà Nội", "words_ordinary"),
        ("the", "ủy ban", "words_ordinary"),
        ("văn bản", "Van ban", "words_same"),
        ("QPPL", "quy phạm pháp luật", "words_known"),
        ("quy phạm, pháp luật", "qppl", "words_known"),
        ("pháp quy", "QPPL", "words_circle"),
    ],
)
def test_pairs_that_would_spoil_searches_are_refused(admin, term, meaning, rule):
    add_words(admin, "QPPL", "quy phạm pháp luật")
    add_words(admin, "quy phạm pháp luật", "pháp quy")
    with pytest.raises(WordsRefused) as refusal:
        add_words(admin, term, meaning)
    assert refusal.value.rule == f"search.{rule}"
    assert refusal.value.errors


def test_only_administrators_of_the_whole_city_keep_words(app):
    city = create_unit()
    ward = create_unit(parent=city)
    for actor in (
        create_actor(Role.ADMINISTRATOR, unit=ward),
        create_actor(Role.TRAINING_OFFICER, unit=city),
    ):
        with pytest.raises(Forbidden):
            add_words(actor, "UBND", "ủy ban nhân dân")
        with pytest.raises(Forbidden):
            list_synonyms(actor)
        with pytest.raises(Forbidden):
            export_words(actor)


def test_every_change_stands_in_the_journal(admin, session):
    number = add_words(admin, "UBND", "ủy ban nhân dân", "tên cơ quan")
    change_words(admin, number, "UBND TP", "ủy ban nhân dân thành phố")
    retire_words(admin, number)
    retire_words(admin, number)
    restore_words(admin, number)
    entries = session.query(AuditEntry).filter_by(object_kind="search_synonym").order_by(AuditEntry.number)
    assert [entry.act for entry in entries] == [
        "search.words.add", "search.words.change", "search.words.retire", "search.words.restore",
    ]  # fmt: skip
    assert {entry.account_id for entry in entries} == {admin.account_id}
    row = get_synonym(admin, number)
    assert (row.term, row.changed_by) == ("UBND TP", admin.full_name)
    with pytest.raises(SynonymNotFound):
        retire_words(admin, 10**6)


def test_a_retired_pair_takes_no_part_and_is_brought_back_rather_than_added(admin):
    number = add_words(admin, "UBND", "ủy ban nhân dân")
    assert synonyms_in_force().pairs == (("UBND", "ủy ban nhân dân"),)
    retire_words(admin, number)
    assert synonyms_in_force().pairs == ()
    with pytest.raises(WordsRefused, match="retired"):
        add_words(admin, "ubnd", "Ủy ban Nhân dân")
    restore_words(admin, number)
    assert synonyms_in_force().pairs


def test_a_change_takes_effect_with_the_next_search(author):
    write_course(author, "Sổ sách", ("Hồ sơ đất", "Giấy chứng nhận nhà đất cấp trong mười ngày."))
    jobs.run_all()
    engine().refresh()
    assert search(author, "GCNNĐ").total == 0
    number = add_words(author, "GCNNĐ", "giấy chứng nhận nhà đất")
    assert search(author, "gcnnd").total == 1
    retire_words(author, number)
    assert search(author, "GCNNĐ").total == 0


def test_pairs_of_another_process_are_seen_within_a_second(admin, session, monkeypatch):
    from academy.search import vocabulary_queries

    now = [100.0]
    monkeypatch.setattr(vocabulary_queries.time, "monotonic", lambda: now[0])
    assert synonyms_in_force().pairs == ()
    session.add(SearchSynonym(term="UBND", meaning="ủy ban", term_key="ubnd", meaning_key="ủy ban"))
    session.flush()
    assert synonyms_in_force().pairs == ()
    now[0] += 1.01
    assert synonyms_in_force().pairs == (("UBND", "ủy ban"),)


# --- files ------------------------------------------------------------------------------------------


def test_what_is_exported_can_be_taken_in_again(admin):
    add_words(admin, "UBND", "ủy ban nhân dân", '=cmd|" /C calc"!A0')
    number = add_words(admin, "HĐND", "hội đồng nhân dân")
    data = export_words(admin)
    assert "'=cmd" in data.decode("utf-8-sig")
    assert import_words(admin, data) == (0, 2)
    retire_words(admin, number)
    with pytest.raises(FileRefused, match="Line 2: .*retired"):
        import_words(admin, data)


def test_a_file_is_taken_in_whole_or_not_at_all(admin, session):
    lines = [
        ("UBND", "ủy ban nhân dân", ""),
        ("xã", "đơn vị", ""),
        ("HĐND", "hội đồng nhân dân", ""),
        ("ubnd", "Ủy ban nhân dân", ""),
    ]
    with pytest.raises(FileRefused) as refusal:
        import_words(admin, to_csv(("term", "meaning", "note"), lines))
    problems = refusal.value.errors["file"]
    assert [problem.split(":")[0] for problem in problems] == ["Line 3"]
    assert session.query(SearchSynonym).count() == 0
    good = to_csv(("Meaning", "Term"), [("ủy ban nhân dân", "UBND"), ("hội đồng nhân dân", "HĐND")])
    assert import_words(admin, good, dry_run=True) == (2, 0)
    assert session.query(SearchSynonym).count() == 0
    assert import_words(admin, good) == (2, 0)
    assert import_words(admin, good.replace(b",", b";")) == (0, 2)


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"term;sense\nUBND;x\n", b"\xff" * 300_000])
def test_files_without_the_columns_are_refused(admin, data):
    with pytest.raises(FileRefused):
        import_words(admin, data)
