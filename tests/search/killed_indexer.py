"""An indexer to be killed: ``python -m tests.search.killed_indexer BACKEND FOLDER``.

It forks a writer whenever a line is read, so that each begins at once, and tells its process id. The writer makes
batch after batch: in batch n document n is new and document n - 3 is written again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from academy.search.backend import Applied, Replace
from tests.search.backends import FOLDERS
from tests.search.corpus import document


def batch(number: int) -> list[Replace]:
    """What batch ``number`` writes."""
    return [
        Replace(f"n{at}", (document(f"n{at}", "vi", f"Bài số {at}", f"Viết ở lượt lan{number}x."),))
        for at in dict.fromkeys((number, max(1, number - 3)))
    ]


def write(name: str, folder: Path) -> None:
    """Write until killed."""
    index = FOLDERS[name](folder)
    while True:
        done = index.applied()
        index.apply(batch(done.position + 1), before=done, after=Applied(done.position + 1))


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    for _line in sys.stdin:
        writer = os.fork()
        if writer == 0:
            try:
                write(name, folder)
            finally:
                os._exit(1)
        print(writer, flush=True)
        _writer, status = os.waitpid(writer, 0)
        print("killed" if os.WIFSIGNALED(status) else "failed", flush=True)


if __name__ == "__main__":
    main()
