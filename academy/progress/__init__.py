"""Studying: evidence of reading, answers to exercises, and progress and completion derived from them."""
