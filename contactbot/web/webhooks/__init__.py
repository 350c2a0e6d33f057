"""What the telephone provider calls: signed, answered in words, idempotent."""
