"""Why the error of a member is where it is, and what to change."""
