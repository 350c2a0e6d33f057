"""Catalogues of both languages for whatever is spoken or shown."""
