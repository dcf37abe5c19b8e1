"""What happens to documents."""

from __future__ import annotations

from dataclasses import dataclass

from academy.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued(Event):
    """A document was entered in the register."""

    certificate_id: int
    person_id: int
    course_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRevoked(Event):
    """A document was taken back."""

    certificate_id: int
    person_id: int
    course_id: int
