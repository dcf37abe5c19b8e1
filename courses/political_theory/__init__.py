"""Political theory: close reading of immutable documents, and one's own notes on them.

Graded is whether a passage was found and understood, never what the reader thinks of it. Notes are
sensitive data: encrypted at rest, shown to their author alone, never indexed, deleted after a set time.
"""
