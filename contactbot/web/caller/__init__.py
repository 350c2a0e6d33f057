"""Pages of callers: the next person, and the call with them."""
