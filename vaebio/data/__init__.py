"""Raw matrix to AnnData to arrays: read, check, split, prepare."""
