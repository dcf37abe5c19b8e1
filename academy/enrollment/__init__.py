"""Who studies what, since when, by which road; and what keeps a person from it."""
