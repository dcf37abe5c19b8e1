"""Courses, lessons and the register of legal documents.

The catalog owns what is taught and in which wording: courses with immutable versions, lessons with
immutable versions and one text per language, topics, legal documents with their validity, and media.
It reads the ``content/`` folder, renders Markdown once per version, and answers who may see which
course. Who studies, what a learner did, and which questions belong to a lesson is decided above it.
"""
