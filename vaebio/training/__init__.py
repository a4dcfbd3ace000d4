"""Where data meets model: grid, schedule, fit, encode, store."""
