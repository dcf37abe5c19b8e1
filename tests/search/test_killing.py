"""An indexer killed at random points loses nothing and doubles nothing.

``ACADEMY_KILLS`` says how many times it is killed; the default is enough for every day, and
``python -m tests.search.test_killing`` does it fifty times for each engine.
"""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from academy.search.query import parse
from tests.search.backends import FOLDERS, Shelf
from tests.search.conftest import EVERYTHING

KILLS = int(os.environ.get("ACADEMY_KILLS", "6"))


def written_last(position):
    """For each document the batch in which it was written last, if batches up to ``position`` are there."""
    last = {}
    for number in range(1, position + 1):
        last[max(1, number - 3)] = last[number] = number
    return last


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_killing_the_indexer_loses_and_doubles_nothing(name, tmp_path):
    index = Shelf(name, tmp_path).build(())
    chance, positions = random.Random(1), [0]
    nursery = subprocess.Popen(
        [sys.executable, "-m", "tests.search.killed_indexer", name, str(index.generations.root)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    kills = 0
    try:
        # on a slow machine writers are killed before they have written: then more of them are
        while kills < KILLS or len(set(positions)) < KILLS / 3 and kills < 5 * KILLS:
            kills += 1
            nursery.stdin.write("\n")
            nursery.stdin.flush()
            writer = int(nursery.stdout.readline())
            time.sleep(chance.uniform(0.01, 0.7))
            os.kill(writer, signal.SIGKILL)
            assert nursery.stdout.readline() == "killed\n", "the writer ended by itself"
            positions.append(_look(name, index.generations.root))
    finally:
        nursery.stdin.close()
        nursery.stdout.close()
        nursery.wait()
    assert positions == sorted(positions)
    assert len(set(positions)) >= KILLS / 3, "too slow to mean anything"


def _look(name, root):
    """Compare what is found with what the index says it holds; how far that is."""
    index = FOLDERS[name](root)
    health = index.health()
    assert not health.degraded, health.reason
    position = index.applied().position
    last = written_last(position)
    assert health.documents == len(last)
    found = index.search(parse("bài"), EVERYTHING, limit=5000).hits
    assert sorted(hit.group for hit in found) == sorted(f"n{at}" for at in last)
    for batch in range(max(1, position - 5), position + 1):
        hits = index.search(parse(f"lan{batch}x"), EVERYTHING, limit=10).hits
        assert {hit.group for hit in hits} == {f"n{at}" for at, number in last.items() if number == batch}
    return position


if __name__ == "__main__":
    os.environ["ACADEMY_KILLS"] = "50"
    sys.exit(pytest.main(["-q", __file__]))
