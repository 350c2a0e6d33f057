"""The script engine: one script, any channel, two languages, no I/O."""
