"""Questions: the kinds that can be asked, and the bank of those that are.

Owns items and their immutable versions, the core kinds (``types/``) and the registry that
joins them with the exercise types of the course modules. A lesson embeds an item, a quiz draws it
from the pool; both keep the number of the version they used, so a later edit changes no result.
Everything that is asked, shown, graded or explained goes through the one contract
:class:`academy.plugins.contract.ExerciseType`.
"""
