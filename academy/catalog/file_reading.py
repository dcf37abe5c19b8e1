"""Starting the reader of documents in a process of its own, which may fail in any way it likes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from academy.catalog.file_texts import MAX_CHARACTERS, READERS, FileText, FileTextRefused, Part

__all__ = ["SECONDS", "read_file"]

SECONDS = 60
_MOST_BYTES = 6 * MAX_CHARACTERS  # of an answer: JSON writes a letter in six at most


def read_file(path: Path, suffix: str) -> FileText:
    """The text of a file, read apart: in another process, with nothing of ours in its environment.

    Raises:
        FileTextRefused: nothing can be read of it, or not within the limits of memory and time.
        OSError: there is no such file.
    """
    if suffix not in READERS:
        raise FileTextRefused("damaged")
    with path.open("rb") as file:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "academy.catalog.file_texts", suffix],
                stdin=file,
                capture_output=True,
                timeout=SECONDS,
                env={"LANG": "C.UTF-8"},
                cwd="/",
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FileTextRefused("time") from None
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise FileTextRefused("time")
    try:
        answer = json.loads(done.stdout[: _MOST_BYTES + 1_000_000])
    except ValueError:
        raise FileTextRefused("damaged") from None
    if "fault" in answer:
        raise FileTextRefused(answer["fault"])
    return FileText([Part(place, text) for place, text in answer["parts"]], answer["cut"])
