"""Units with their history, people and postings, positions, and roles scoped to subtrees of units."""
