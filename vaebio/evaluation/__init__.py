"""Members and baselines of a data set through all measures, on the same observations."""
