"""The part ``search``: our search beside what one would otherwise take, on the same lessons in the same minutes."""
