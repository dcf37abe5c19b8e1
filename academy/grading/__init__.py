"""Marking by people, what is done when a mark is doubted, and the bands of final marks.

Owns the marking scheme of a quiz, the answers that wait for people, every mark anybody gave, the release of
marks, proposals to change one, and appeals (phúc khảo). Until marks are released they stand here only: the
attempt goes on waiting, so no page, export or API can tell them.
"""
