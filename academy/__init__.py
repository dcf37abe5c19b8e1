"""Digital Academy: the learning system with which a city trains the people who run it."""
