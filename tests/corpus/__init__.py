"""Broken and treacherous inputs, made small by code, with what each of them must lead to.

`python -m tests.corpus` prints the table of all cases; `test_corpus.py` holds every one of them.
"""
