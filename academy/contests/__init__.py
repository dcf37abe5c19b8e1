"""Contests (hội thi) over several rounds: one attempt a person, boards, participation of units, drawn prizes.

A round's paper is an ordinary quiz of a course. What is counted stands in entries and attempts; boards are
projections of them, frozen by the approval of a second person, and :mod:`academy.contests.verifying` computes
them anew. Seeds of draws are committed to before a round opens and revealed once its entries are final.
"""
