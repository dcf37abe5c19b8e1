"""Measurements: ``make bench``, or ``python -m tests.bench PART …``; tables for people, ``--json FILE`` for programs.

Requests are measured under granian with two workers, as the academy is served, against two yardsticks on
the same server in the same run: a bare Flask view, and one that makes a single SQLAlchemy query. Rates of a
shared machine wander; ratios taken within seconds of each other, and processor time per request, do not.
PostgreSQL flushes every commit to disk here, as SQLite does; only tests go without.
"""
