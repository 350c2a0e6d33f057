"""Pages of supervisors: what is held, what waits for a release, which call-backs are due."""
