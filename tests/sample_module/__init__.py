"""A fifth course module for tests, small and whole: it uses every part of the contract.

It teaches counting words, and counts how often its page was greeted. Read it to see what a module is
made of; :mod:`tests.plugins` holds it, and every installed module, against the contract.
"""
