"""A small storm: many learners sit over HTTP while processes are killed and the disk fills; then the books are checked.

``python -m tests.chaos --learners 1500 --minutes 5`` runs a long one; ``test_storm.py`` a short one with the tests.
Every learner keeps a journal of what it sent and what was acknowledged; :mod:`tests.chaos.verdict` compares the
journals with the database afterwards. Nothing is judged by speed.
"""
