"""The demo academy: a city with its wards, learners, courses, a class under way and one with certificates."""
