"""Regrading: a corrected question changes marks only openly, by two persons, for all it concerns, and reversibly."""
