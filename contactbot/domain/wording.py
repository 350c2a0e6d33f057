"""Marks sentences for people that stand in the code, so that translators are given them."""


def translatable(message: str) -> str:
    """The English of a sentence as it is; whoever shows it looks its Welsh up."""
    return message
