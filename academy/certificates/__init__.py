"""The register (sổ gốc): who has a right to a document, proposing, approving, issuing, correcting, verifying.

A document is a row in a register, numbered without gaps inside its book and never rewritten: corrections
are new rows that point to the old ones. Two different people propose and approve.
"""
