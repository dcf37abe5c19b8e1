"""An index that is missing, torn, or half written: it says so, and nothing else happens."""

import os
import random
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from academy.search.backend import Applied, IndexDamaged, Replace, WriterBusy
from academy.search.folder_index import DAMAGE_NOTE
from academy.search.query import parse
from academy.search.whoosh_index import WhooshIndex
from tests.search.conftest import EVERYTHING
from tests.search.corpus import document, own_documents


def folder(index):
    return index.generations.folder(index.generations.current())


def segment(index):
    return next(folder(index).glob("*.seg"))


def remove_all(index):
    shutil.rmtree(index.generations.root)


def remove_pointer(index):
    (index.generations.root / "CURRENT").unlink()


def garble_pointer(index):
    (index.generations.root / "CURRENT").write_bytes(b"\xff\x00../../etc")


def remove_segment(index):
    segment(index).unlink()


def truncate_segment(index):
    os.truncate(segment(index), segment(index).stat().st_size // 2)


def empty_segment(index):
    os.truncate(segment(index), 0)


def garble_segment(index):
    segment(index).write_bytes(os.urandom(5000))


def truncate_contents(index):
    path = next(folder(index).glob("*.toc"))
    os.truncate(path, path.stat().st_size // 2)


def remove_contents(index):
    next(folder(index).glob("*.toc")).unlink()


def older_rules(index):
    from academy.search import folder_index

    applied, made = index.applied(), folder_index.meta_of
    folder_index.meta_of = lambda *rest: made(*rest) | {"analysis": 0}
    try:
        index.apply([], before=applied, after=Applied(applied.position + 1))
    finally:
        folder_index.meta_of = made


DAMAGES = [
    remove_all, remove_pointer, garble_pointer, remove_segment, truncate_segment, empty_segment, garble_segment,
    truncate_contents, remove_contents, older_rules,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed_and_a_rebuild_cures_it(make_index, damage):
    documents = own_documents()
    index = make_index(documents)
    root = index.generations.root
    assert index.search(parse("hòa giải"), EVERYTHING).total >= 1
    damage(index)
    fresh = WhooshIndex(root)
    assert fresh.health().degraded
    for act in (
        lambda: fresh.search(parse("hòa giải"), EVERYTHING),
        lambda: fresh.suggest("hòa", EVERYTHING),
        lambda: fresh.apply([], before=Applied(), after=Applied(1)),
    ):
        with pytest.raises(IndexDamaged):
            act()
    fresh.activate(fresh.rebuild(documents, Applied(3)))
    assert not fresh.health().degraded
    assert fresh.applied() == Applied(3)
    assert fresh.search(parse("hòa giải"), EVERYTHING).total >= 1
    index.refresh()
    assert index.search(parse("hòa giải"), EVERYTHING).total >= 1  # the reader of before comes along


@pytest.mark.parametrize(
    "damage", [truncate_segment, empty_segment, garble_segment, remove_segment, remove_all]
)
def test_damage_under_an_open_reader_ends_in_an_answer_or_in_the_notice(make_index, damage):
    index = make_index(own_documents())
    index.search(parse("hòa giải"), EVERYTHING)
    damage(index)
    for text in ("hòa giải", "Bürger Termin", "công tác dân vận", '"tiền lương"', "stad*"):
        try:
            index.search(parse(text), EVERYTHING)
        except IndexDamaged:
            assert (
                not (folder(index) / DAMAGE_NOTE).parent.exists()
                or WhooshIndex(index.generations.root).health().degraded
            )
            break


def test_flipped_bytes_never_end_in_another_error(make_index):
    index = make_index(own_documents())
    path, original = segment(index), segment(index).read_bytes()
    chance = random.Random(2)
    noticed = 0
    for _ in range(60):
        garbled = bytearray(original)
        for _flip in range(20):
            garbled[chance.randrange(len(garbled))] ^= 1 << chance.randrange(8)
        path.write_bytes(garbled)
        (folder(index) / DAMAGE_NOTE).unlink(missing_ok=True)
        fresh = WhooshIndex(index.generations.root)
        try:
            for text in ("hòa giải", "Bürger", "quản lý dân"):
                fresh.search(parse(text), EVERYTHING)
        except IndexDamaged:
            noticed += 1
    assert noticed > 10


def test_what_one_process_meets_all_processes_know(make_index):
    index = make_index(own_documents())
    other = WhooshIndex(index.generations.root)
    for reader in (index, other):
        reader.search(parse("hòa giải"), EVERYTHING)
    index._note_damage("a test")
    other.refresh()
    with pytest.raises(IndexDamaged):
        other.search(parse("hòa giải"), EVERYTHING)
    assert other.health().degraded


def test_a_writer_that_looked_at_an_older_state_is_refused(make_index):
    index = make_index(own_documents())
    index.apply([Replace("own-hoa-giai")], before=Applied(0), after=Applied(5))
    with pytest.raises(WriterBusy):
        index.apply([Replace("own-strasse")], before=Applied(0), after=Applied(4))
    assert index.search(parse("straße"), EVERYTHING).total == 1
    assert index.applied() == Applied(5)


def test_two_writers_wait_for_each_other(make_index, monkeypatch):
    from academy.search import folder_index

    monkeypatch.setattr(folder_index, "WAIT_SECONDS", 0.1)
    index = make_index(own_documents())
    with index.generations.lock("writer"), pytest.raises(WriterBusy):
        index.apply([], before=Applied(), after=Applied(1))
    with index.generations.lock("rebuild"), pytest.raises(WriterBusy):
        index.rebuild((), Applied())


def test_readers_see_a_rebuilt_index_and_old_ones_are_swept(make_index, monkeypatch):
    from academy.search import generations

    index = make_index(own_documents())
    reader = WhooshIndex(index.generations.root)
    assert reader.search(parse("thủy lợi"), EVERYTHING).generation.startswith("g000001-")
    name = index.rebuild([document("new", "vi", "Thủy lợi mới", "Chữ.")], Applied())
    assert reader.search(parse("thủy lợi"), EVERYTHING).hits[0].group == "own-thuy-loi"
    index.activate(name)
    reader.refresh()
    page = reader.search(parse("thủy lợi"), EVERYTHING)
    assert (page.generation, page.hits[0].group) == (name, "new")
    monkeypatch.setattr(generations, "KEEP_SECONDS", -1)
    unused = index.rebuild((), Applied())
    assert sorted(path.name for path in index.generations.root.glob("g*")) == [name, unused]


def test_an_index_built_after_all_was_deleted_is_not_taken_for_the_old_one(make_index):
    index = make_index([document("old", "vi", "Bài cũ", "Chữ.")])
    assert index.search(parse("bài"), EVERYTHING).hits[0].group == "old"
    remove_all(index)
    other = WhooshIndex(index.generations.root)
    other.activate(other.rebuild([document("new", "vi", "Bài mới", "Chữ.")], Applied()))
    index.refresh()
    assert [hit.group for hit in index.search(parse("bài"), EVERYTHING).hits] == ["new"]


def test_threads_search_while_the_index_is_written(make_index, monkeypatch):
    from academy.search import following

    monkeypatch.setattr(following, "LOOK_SECONDS", 0.0)
    index = make_index(own_documents())
    reader, stop, totals = WhooshIndex(index.generations.root), threading.Event(), []

    def ask():
        while not stop.is_set():
            totals.append(reader.search(parse("công tác"), EVERYTHING).total)

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for number in range(12):
            index.apply(
                [Replace(f"n{number}", (document(f"n{number}", "vi", f"Công tác {number}", "Chữ."),))],
                before=Applied(number),
                after=Applied(number + 1),
            )
        stop.set()
        for one in asking:
            one.result()
    reader.refresh()
    assert (
        reader.search(parse("công tác"), EVERYTHING).total == totals[0] + 12 == max(*totals, totals[0] + 12)
    )
