"""What can be asked about units and people: the public Python API for reading this slice."""

from __future__ import annotations

from academy.organization.imports import stored_lines
from academy.organization.people_queries import (
    PersonRecord,
    PersonRow,
    count_people,
    journal_of_person,
    list_people,
    person_record,
    position_titles,
)
from academy.organization.standing import place_of, places_of
from academy.organization.unit_queries import (
    UnitPage,
    UnitRow,
    child_units,
    choose_unit,
    count_units,
    get_unit_row,
    list_units,
    search_units,
    unit_choices,
    unit_name_on,
    unit_page,
    unit_tree,
    units_by_path,
    units_of,
)

__all__ = [
    "PersonRecord",
    "PersonRow",
    "UnitPage",
    "UnitRow",
    "child_units",
    "choose_unit",
    "count_people",
    "count_units",
    "get_unit_row",
    "journal_of_person",
    "list_people",
    "list_units",
    "person_record",
    "place_of",
    "places_of",
    "position_titles",
    "search_units",
    "stored_lines",
    "unit_choices",
    "unit_name_on",
    "unit_page",
    "unit_tree",
    "units_by_path",
    "units_of",
]
