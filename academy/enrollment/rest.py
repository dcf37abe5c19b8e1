"""JSON: enroll oneself."""

from __future__ import annotations

from flask import Blueprint

from academy.enrollment import services
from academy.enrollment.schemas import EnrollmentOut
from academy.kernel.http import current_actor, endpoint
from academy.kernel.rights import signed_in

api = Blueprint("enrollment_api", __name__, url_prefix="/api/v1")


@api.post("/courses/<course>/enrollment")
@signed_in
@endpoint(
    summary="Enroll myself",
    returns=EnrollmentOut,
    status=201,
    errors=(401, 404, 409),
    idempotent=True,
)
def enroll(course: str):
    return services.enroll(current_actor(), course)
