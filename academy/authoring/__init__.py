"""The studio: working copies of courses, their review, and their publication.

What authors write lies here as drafts until it is published; then the catalog makes immutable versions of
it, which are all that learners ever see. Nothing an author typed is lost: every minute of work leaves a
revision, and of two texts that collide both are kept.
"""
