"""Join the parts in ``styles/`` into the one sheet that pages load.

``python -m academy.web.stylesheet`` writes ``static/css/academy.css``. One request is quicker than eight on a
slow line; parts are easier to keep than one long file. Faces are named with the hash of their content, the
address that the layout preloads. A test fails when the sheet is older than its parts.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

WEB = Path(__file__).resolve().parent
PARTS = WEB / "styles"
SHEET = WEB / "static" / "css" / "academy.css"


def joined() -> str:
    """All parts in the order of their names, without comments and needless space."""
    text = "\n".join(part.read_text(encoding="utf-8") for part in sorted(PARTS.glob("*.css")))
    text = re.sub(r"\.\./(fonts/[\w.-]+\.woff2)", _with_hash, text)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,])\s*", r"\1", text)
    text = re.sub(r"(?<=[\w-]):\s+", ":", text)
    return text.replace(";}", "}").replace("}", "}\n").strip() + "\n"


def _with_hash(face: re.Match[str]) -> str:
    content = (SHEET.parents[1] / face[1]).read_bytes()
    return f"../{face[1]}?v={hashlib.sha256(content).hexdigest()[:12]}"


def main() -> None:
    """Write the sheet."""
    SHEET.parent.mkdir(parents=True, exist_ok=True)
    SHEET.write_text(joined(), encoding="utf-8")
    print(f"{SHEET.name}: {SHEET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
