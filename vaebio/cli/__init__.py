"""Command line: one verb per rule, one file per verb; the only place where paths meet functions."""
