"""Writers of a SQLite file wait for each other in a queue, across threads and processes, and never without end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from academy.kernel.write_turns import WriteTurns, turns_of

HOLD = """
import sys, time
from academy.kernel.write_turns import WriteTurns
turn = WriteTurns(sys.argv[1]).take(5)
print("mine", flush=True)
time.sleep(60)
"""


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "academy.sqlite")


def test_one_at_a_time_among_threads(database):
    inside, most = [], []

    def write():
        for _time in range(20):
            turn = turns_of(database).take(10)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            turn.end()

    threads = [threading.Thread(target=write) for _thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 160 and max(most) == 1


def test_waiting_has_an_end_and_leaves_the_queue_usable(database):
    turns = WriteTurns(database)
    first = turns.take(1)
    with pytest.raises(TimeoutError):
        turns.take(0.05)
    first.end()
    first.end()  # once is enough, twice is harmless
    turns.take(0).end()


def other_process(database):
    process = subprocess.Popen([sys.executable, "-c", HOLD, database], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "mine\n"
    return process


def test_another_process_is_waited_for_and_its_death_frees_the_turn(database):
    process = other_process(database)
    try:
        with pytest.raises(TimeoutError):
            WriteTurns(database).take(0.05)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    WriteTurns(database).take(5).end()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_with_a_copy_of_the_handle_holds_nobody_up(database):
    turn = WriteTurns(database).take(1)
    child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
    child.start()
    try:
        turn.end()
        WriteTurns(database).take(0.05).end()
    finally:
        child.kill()
        child.join()


def test_where_no_file_can_be_made_threads_still_take_turns(tmp_path):
    turns = WriteTurns(str(tmp_path / "absent" / "academy.sqlite"))
    turn = turns.take(1)
    with pytest.raises(TimeoutError):
        turns.take(0.05)
    turn.end()
    turns.take(0).end()
