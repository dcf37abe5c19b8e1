"""Search: the index of lesson text, the query language, and pages that open at the passage.

The index is a cache of the database: it is fed through an outbox, may be deleted at any time, and is
rebuilt beside the one in use. Quality lies in :mod:`academy.search.analysis`, speed in
:mod:`academy.search.scorer`; Whoosh is the store of posting lists between them.
"""
