"""The kinds of question that every course may use, one file each."""
