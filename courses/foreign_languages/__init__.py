"""Foreign languages: dictation marked word by word, and decks of cards repeated at growing intervals.

The module owns what a learner hears and writes down (``dictation``) and when which card comes back
(``decks``, by FSRS). Recordings and decks lie in ``content/foreign_languages/``. What it stores of a
person is that person's own practice: nobody else sees it.
"""
