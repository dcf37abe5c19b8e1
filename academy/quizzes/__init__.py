"""Quizzes: papers drawn from the bank, attempts at them, and the log of every answer.

Owns the rules by which a paper is drawn, timed, submitted, marked and released. An answer is
acknowledged only after it stands in the append-only log in the same transaction as the current
state; the deadline is judged at the server; an attempt pins the versions it was drawn from.
"""
