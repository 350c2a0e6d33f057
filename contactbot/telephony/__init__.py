"""The telephone provider: orders out, events in, words as TwiML."""
