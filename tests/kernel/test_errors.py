"""What a refusal reads like where there is no form to show its fields in: on the command line and in logs."""

from __future__ import annotations

from academy.kernel.errors import Invalid


def test_what_is_said_of_the_whole_is_not_said_again_of_its_only_field():
    said = "This is not well-formed XML (line 2)."
    assert str(Invalid(said, errors={"file": [said]})) == said


def test_faults_of_fields_stand_behind_the_message():
    refusal = Invalid(
        "Please correct the fields.", errors={"title": ["It is missing."], "lang": ["Unknown."]}
    )
    assert str(refusal) == "Please correct the fields. (title: It is missing.; lang: Unknown.)"
