"""Information technology: SQL practised safely on made-up dossiers.

Owns the exercise kind ``information_technology:sql``, the sandbox that runs learners' queries in a process of
its own (:mod:`.sandbox`), a page for free practice, and each learner's list of own queries.
"""
