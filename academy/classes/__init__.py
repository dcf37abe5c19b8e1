"""Classes: a course run by an institution for named people, under a decision, from a day to a day."""
