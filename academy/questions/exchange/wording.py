"""What the report says of a question or a file, by the code of the note: what, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import LANGUAGE_NAMES, _l, localized
from academy.questions.exchange.neutral import Note
from academy.questions.registry import exercise_type, is_known

__all__ = ["NOTES", "note_text"]

NOTES: dict[str, tuple[Any, Any]] = {
    # --- the file
    "cp1252": (
        _l("The file is not in UTF-8 and was read as Windows-1252."),
        _l("Look at a few questions; if letters are wrong, save the file in UTF-8."),
    ),
    "one_language": (
        _l("The course is also taught in %(languages)s; the questions come in %(lang)s only."),
        _l("Import the file of the other language too, or translate the questions in the studio."),
    ),
    "no_questions": (_l("There is no question in the file."), _l("Choose another file, or another format.")),
    "category_unmapped": (
        _l("The categories “%(names)s” name no lesson of this course."),
        _l("Their questions are filed under the lesson chosen above, or under none."),
    ),
    # --- why a question does not come in
    "syntax": (
        _l("This cannot be read: %(detail)s"),
        _l("Correct it in the file and import the file again."),
    ),
    "large_formula": (
        _l("A formula, or what it is computed from, has more than %(n)s parts."),
        _l("Make the formula shorter."),
    ),
    "description": (
        _l("This is a text without a question."),
        _l("Write it into the lesson, or into the question that it belongs to."),
    ),
    "kind_unknown": (
        _l("There is no kind of question here for “%(type)s”."),
        _l("Write it anew in the studio as a kind that there is."),
    ),
    "kind_missing": (
        _l("The kind of question “%(kind)s” is not available in this academy."),
        _l("Import the file again when it is."),
    ),
    "no_right": (
        _l("No answer earns full marks."),
        _l("Mark the right answer in the file with 100 per cent."),
    ),
    "two_right": (
        _l("Several answers earn full marks, and only one may be chosen."),
        _l("Keep one of them, or let several be chosen."),
    ),
    "invalid": (_l("It breaks a rule of this kind of question: %(detail)s"), _l("Correct it in the file.")),
    "dynamic": (
        _l("It is made anew by rules for each learner (%(detail)s), which are not carried over."),
        _l("Write it in the studio as a calculated question."),
    ),
    "missing_part": (_l("A part is missing: %(detail)s"), _l("Correct it in the file.")),
    "module_kind": (
        _l("The kind “%(kind)s” belongs to a course module; no other system can ask it."),
        _l("Move the course itself, or write the question as a kind that others know."),
    ),
    "not_written": (
        _l("The question is not written in this language."),
        _l("Translate it in the studio, or choose another language."),
    ),
    "format_kind": (
        _l("%(format)s has no way to ask a question of the kind “%(kind)s”."),
        _l("Choose another format for it."),
    ),
    # --- what is a little different
    "weights": (
        _l("Answers that earn a part of the mark earn nothing here; only the best one counts."),
        _l("Look whether this is meant."),
    ),
    "partial_answers": (
        _l("These answers earned a part of the mark and are left out: %(texts)s"),
        _l("Look whether one of them should count in full."),
    ),
    "wrong_answers": (
        _l("Feedback on particular wrong answers is left out: %(texts)s"),
        _l("Put it into the explanation if it matters."),
    ),
    "patterns": (
        _l("Answers with a wildcard are left out: %(texts)s"),
        _l("Write out the answers that they stand for."),
    ),
    "case": (_l("Capital letters counted there and do not here."), ""),
    "feedback_joined": (_l("Feedback on the answers stands in the explanation now."), ""),
    "units": (
        _l("Only the unit “%(unit)s” is kept, as a word behind the field."),
        _l("Name the unit in the question if others are meant."),
    ),
    "gap_number": (
        _l("The number in gap %(gap)s is compared as text, without its tolerance."),
        _l("Make a question of its own of it if the tolerance matters."),
    ),
    # --- numbers and formulas
    "percent": (
        _l("A tolerance in per cent is written as the distance that it comes to."),
        "",
    ),
    "figures": (
        _l("The tolerance in significant figures is not carried; the number must be met exactly there."),
        _l("Set the tolerance in the other system."),
    ),
    "figures_here": (
        _l("A number that is right to %(n)s significant figures counts here."),
        _l("Look whether this is meant."),
    ),
    "figures_shown": (
        _l("The answer was shown in significant figures there; here it has %(n)s decimals."),
        _l("Set the decimals in the studio."),
    ),
    "geometric": (
        _l("The tolerance was a ratio there and is a percentage here."),
        _l("Look whether this is meant."),
    ),
    "rounding": (
        _l("A number that rounds to the answer at %(n)s decimals counts here, even outside the tolerance."),
        _l("Look whether this is meant."),
    ),
    "rounding_there": (
        _l("A number that only rounds to the answer at %(n)s decimals does not count there."),
        _l("Set a wider tolerance in the other system."),
    ),
    "datasets": (
        _l(
            "Values came from %(n)s prepared sets there; here they are drawn from the ranges for each learner."
        ),
        _l("Look at the ranges in the studio."),
    ),
    "datasets_there": (_l("Values come from %(n)s prepared sets there."), ""),
    "float_steps": (
        _l(
            "The value of “%(name)s” could be any number of its range; here it is drawn in steps of %(step)s."
        ),
        _l("Look whether this is meant."),
    ),
    "formulas": (
        _l("Of several formulas only the first that earns full marks is kept; left out: %(texts)s"),
        _l("Look whether one of them should count, too."),
    ),
    "formula_sign": (
        _l("Its formula has the sign “%(sign)s”, which means nothing here."),
        _l("Write the formula with other signs, or the question anew in the studio."),
    ),
    "formula_function": (
        _l("Its formula has the function “%(name)s”, which is not known here."),
        _l("Write the formula without it, or the question anew in the studio."),
    ),
    "step_in_text": (
        _l("The text of the question computes a step, %(step)s; here only the worked solution may."),
        _l("Make a parameter of it, or move it into the feedback."),
    ),
    "expression": (
        _l("It is computed or drawn by “%(name)s”, which is not known here."),
        _l("Write it in the studio as a calculated question."),
    ),
    "format_function": (
        _l("%(format)s has no expression for the function “%(name)s” as it stands in the formula."),
        _l("Choose Moodle XML, or write the formula without it."),
    ),
    # --- tables and pictures
    "as_matching": (
        _l("It becomes a question of matching there."),
        _l("Here it comes back as what it was."),
    ),
    "nowhere": (
        _l("What belongs nowhere has to be matched with “%(sign)s” there."),
        _l("Tell learners so in the text."),
    ),
    "plugin": (
        _l("Moodle reads this question only where the plugin %(name)s is installed."),
        _l("Leave it out of the file elsewhere."),
    ),
    "regions_hidden": (
        _l("The regions are not drawn there: learners mark points instead of choosing among names."),
        _l("Look whether the text still says what is to be done."),
    ),
    "region_names": (
        _l("The regions have no names there and are numbered here."),
        _l("Name them in the studio."),
    ),
    "marks_number": (
        _l("More places could be marked there; here as many as are right."),
        _l("Set the number in the studio."),
    ),
    "place_size": (_l("Places are as large as what is put there, not as they were drawn."), ""),
    "place_size_here": (
        _l("Places had no size of their own there; theirs is estimated."),
        _l("Look at them in the studio."),
    ),
    "shape_box": (
        _l("Places that were no rectangles become rectangles around them."),
        _l("Look at them in the studio."),
    ),
    "zones_shown": (
        _l("The places were hidden there and are drawn here."),
        _l("Look whether this gives the answer away."),
    ),
    "label_groups": (
        _l("Entries were in groups there, each for some of the places; here any may be put anywhere."),
        "",
    ),
    "picture_alt": (
        _l("The picture has no description; the text of the question stands for it."),
        _l("Describe the picture in the studio for those who cannot see it."),
    ),
    "picture_size": (
        _l("The picture is not %(width)s × %(height)s large, which its places are meant for."),
        _l("Look at the places in the other system."),
    ),
    "picture_missing": (
        _l("The picture %(name)s is not among the files of the course and is left out."),
        _l("Put it into the course again."),
    ),
    "picture_needed": (
        _l("The picture %(name)s, which the question is about, is not among the files of the course."),
        _l("Put it into the course again."),
    ),
    # --- what people mark
    "rubric_table": (
        _l("The rubric is a table for whoever marks; its points are not added up there."),
        "",
    ),
    "text_beside_files": (
        _l("A text could be written beside the files there; here files alone are handed in."),
        _l("Add a second question if the text matters."),
    ),
    "files_number": (_l("Another number of files could be handed in there; here at most %(n)s."), ""),
    "files_size": (_l("No limit of size, or a larger one, held there; here at most %(n)s MB each."), ""),
    "files_formats": (
        _l("Formats that are not taken here: %(left_out)s. Taken are %(taken)s."),
        _l("Choose the formats in the studio."),
    ),
    # --- gaps
    "gap_scaled": (_l("The weights of the gaps become whole numbers in the same proportions."), ""),
    "gap_unit": (_l("The unit that may be typed with the number of a gap is not carried."), ""),
    "gap_limit": (_l("Each choice filled one gap only there; here it may be chosen again."), ""),
    "files_refused": (
        _l("The file “%(name)s” cannot be used: %(detail)s"),
        _l("Convert it, and put it into the question in the studio."),
    ),
    "file_missing": (
        _l("The file “%(name)s” that the question shows is not in the file."),
        _l("Add it in the studio."),
    ),
    "outside": (
        _l("A picture from another address (%(url)s) is left out."),
        _l("Add it to the course's files."),
    ),
    "by_hand": (
        _l("“%(type)s” is shown as a text question and marked by hand."),
        _l("Look whether the text still says what is to be done."),
    ),
    "hidden": (
        _l("It was hidden there."),
        _l("It comes in like the others; retire it if it should not be used."),
    ),
    "scoring": (_l("Its own rules of scoring are not kept; %(rule)s."), _l("Look whether this is meant.")),
    "plain": (_l("Bold print, lists, formulas and pictures become plain text."), ""),
    "lost": (_l("%(format)s cannot carry: %(what)s."), ""),
    "credit": (
        _l("Partial credit is another there: %(rule)s"),
        _l("Set it in the other system after importing."),
    ),
    "bank": (_l("The word bank becomes a list of its entries at every gap."), ""),
    "gap_feedback": (_l("Feedback on gaps that are filled wrongly is left out."), ""),
    "picture": (_l("The picture %(name)s is not carried by this format."), _l("Choose Moodle XML or QTI.")),
    "duplicate": (_l("The same question stands in the file before."), _l("Nothing needs to be done.")),
    "translations": (
        _l(
            "The question is built otherwise than the one that is there: its texts in %(languages)s are taken away."
        ),
        _l("Translate it anew, or give it another id in the file."),
    ),
    "gap_languages": (
        _l("The question is there in another language, and the gaps may stand in another order in this one."),
        _l("Add the translation in the studio."),
    ),
    "points": (_l("It counted %(points)s points there; here the quiz decides."), ""),
    "retired": (_l("The question is retired here and stays so."), ""),
}
"""Both texts may hold ``%(name)s`` of the note's parameters."""


def note_text(note: Note) -> tuple[str, str]:
    """What, and what to do, in the reader's language."""
    said, remedy = NOTES[note.code]
    return str(said) % _worded(note.params), str(remedy) % _worded(note.params)


def _worded(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _word(name, value) for name, value in params.items()}


def _word(name: str, value: Any) -> Any:
    """What a parameter is called for readers: kinds and languages by their names."""
    if name == "kind" and is_known(value):
        return localized(exercise_type(value).title)
    if name in ("lang", "languages"):
        return ", ".join(LANGUAGE_NAMES.get(code, code) for code in value.split(", "))
    return _LOST.get(value, value) if isinstance(value, str) else value


_LOST: dict[str, Any] = {
    "#feedback": _l("feedback on single answers"),
    "#explanation": _l("the explanation"),
    "#unit": _l("the unit"),
    "#unit_penalty": _l("what a wrong unit costs"),
    "#max_files": _l("how many files may be handed in"),
    "#max_size": _l("how large a file may be"),
    "#rubric": _l("the rubric"),
    "#accept": _l("that several entries are right in a gap"),
    "#accents": _l("that accents need not be typed"),
    "#identity": _l("the key of the question, so importing it again makes a new one"),
    "#all_or_nothing": _l("one slip and the item earns nothing"),
    "#right_minus_wrong": _l("the share of wrong options is taken off"),
    "#each_part": _l("every part that is right earns an equal share"),
    "#neighbours": _l("every step that directly follows the one it should earns an equal share"),
    "#positions": _l("every step in its own place earns an equal share"),
    "#markers": _l("right marks count by the number of places or of marks, whichever is greater"),
    "#weighted": _l("every option has a weight of its own"),
    "#words": _l("the limits of length"),
    "#model": _l("the model answer"),
    "#text_key": _l("no text"),
}
