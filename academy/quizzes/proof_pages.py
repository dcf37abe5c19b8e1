"""The public page on which anybody checks that nobody chose the papers of an examination."""

from __future__ import annotations

import json

from flask import Response, render_template

from academy.kernel.http import current_actor
from academy.kernel.rights import public
from academy.quizzes import paper_publication
from academy.quizzes.blueprint import bp


@bp.get("/quizzes/<int:quiz>/proof")
@public
def show_proof(quiz: int) -> str:
    return render_template("quizzes/proof.html", proof=paper_publication.proof_of(current_actor(), quiz))


@bp.get("/quizzes/<int:quiz>/proof.json")
@public
def download_proof(quiz: int) -> Response:
    data = paper_publication.proof_data(current_actor(), quiz)
    answer = Response(json.dumps(data, ensure_ascii=False, indent=1), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="proof-{quiz}.json"'
    return answer
