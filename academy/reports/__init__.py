"""Read-only views over everything below: a learner's home and record, coverage, a class at a glance."""
