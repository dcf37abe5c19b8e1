"""Torn files of a Tantivy index are met when it is opened, not when they are mapped and read."""

import os
import random

import pytest

from academy.search.backend import Applied, IndexDamaged, Replace
from academy.search.query import parse
from academy.search.tantivy_index import TantivyIndex
from tests.search.backends import Shelf
from tests.search.conftest import EVERYTHING
from tests.search.corpus import own_documents


@pytest.fixture
def index(tmp_path):
    return Shelf("tantivy", tmp_path).build(own_documents())


def files(index):
    folder = index.generations.folder(index.generations.current())
    return sorted(path for path in folder.iterdir() if path.suffix not in (".lock", ".json") and path.stem)


def contents(index):
    return index.generations.folder(index.generations.current()) / "meta.json"


def expect_damage(root):
    fresh = TantivyIndex(root)
    assert fresh.health().degraded
    for act in (
        lambda: fresh.search(parse("hòa giải"), EVERYTHING),
        lambda: fresh.apply([], before=Applied(), after=Applied(1)),
    ):
        with pytest.raises(IndexDamaged):
            act()
    return fresh


@pytest.mark.parametrize("suffix", [".idx", ".term", ".store", ".fast", ".fieldnorm", ".pos"])
@pytest.mark.parametrize("damage", ["removed", "emptied", "halved", "one bit", "appended"])
def test_a_damaged_file_is_noticed_and_a_rebuild_cures_it(index, suffix, damage):
    [path] = [path for path in files(index) if path.suffix == suffix and path.name.count(".") == 1]
    data = bytearray(path.read_bytes())
    if damage == "removed":
        path.unlink()
    elif damage == "emptied":
        path.write_bytes(b"")
    elif damage == "halved":
        os.truncate(path, len(data) // 2)
    elif damage == "appended":
        path.write_bytes(bytes(data) + b"\0" * 16)
    else:
        data[random.Random(suffix).randrange(len(data) - 120)] ^= 4
        path.write_bytes(data)
    fresh = expect_damage(index.generations.root)
    fresh.activate(fresh.rebuild(own_documents(), Applied(3)))
    assert fresh.search(parse("hòa giải"), EVERYTHING).total >= 1 and fresh.applied() == Applied(3)


@pytest.mark.parametrize("text", ["", "{", '{"segments": []}', '{"segments": [{"segment_id": "x"}]}', "[]"])
def test_a_torn_table_of_contents_is_noticed(index, text):
    contents(index).write_text(text)
    expect_damage(index.generations.root)


def test_files_of_a_writer_at_work_are_nobodys_damage(index):
    (contents(index).parent / "00000000000000000000000000000000.idx").write_bytes(b"half writ")
    fresh = TantivyIndex(index.generations.root)
    assert not fresh.health().degraded
    assert fresh.search(parse("hòa giải"), EVERYTHING).total >= 1


def test_what_a_dead_writer_left_stops_no_other(index):
    """A list of deletions that was written but not committed bears the name of the next one."""
    folder = contents(index).parent
    segment = next(path for path in files(index) if path.suffix == ".idx").stem
    left = [folder / f"{segment}.{number}.del" for number in range(60)]
    for path in left:
        path.write_bytes(b"half writ")
    index.apply([Replace("own-hoa-giai")], before=Applied(), after=Applied(1))
    index.refresh()
    assert index.search(parse("thủy lợi"), EVERYTHING).total >= 1 and index.applied() == Applied(1)
    assert sum(path.exists() for path in left) <= 1


def test_many_small_commits_leave_few_files(index):
    for position in range(40):
        index.apply([], before=Applied(position), after=Applied(position + 1))
    assert index.health().segments <= 10
    assert len(files(index)) <= 10 * 8
