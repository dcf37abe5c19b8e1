"""Files that learners handed in, as responses."""

from __future__ import annotations

from io import BytesIO

from flask import send_file
from werkzeug.wrappers import Response

from academy.quizzes.uploads import AnswerFile


def answer_file_response(found: AnswerFile) -> Response:
    """The file, only ever downloaded, and able to do nothing if opened all the same."""
    response = send_file(
        found.path if found.data is None else BytesIO(found.data),
        mimetype=found.mime,
        as_attachment=True,
        download_name=found.name,
        etag=False,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
