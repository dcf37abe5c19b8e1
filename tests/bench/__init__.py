"""Measurements: ``python -m tests.bench`` prints one JSON object per line, remarks go to standard error.

Requests are measured under granian with two workers, as the academy is served, against two yardsticks on
the same server in the same run: a bare Flask view, and one that makes a single SQLAlchemy query. Rates of a
shared machine wander; ratios taken within seconds of each other, and processor time per request, do not.
"""
