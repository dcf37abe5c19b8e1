"""Question banks on their way in and out: a neutral form, and one file for each format.

A format reads bytes into neutral questions (:mod:`~academy.questions.exchange.neutral`) and writes them back;
:mod:`~academy.questions.exchange.mapping` alone knows the academy's own kinds. What a format or a kind cannot
carry is noted with each question, never silently dropped.
"""
