"""A text is in the language its person chose, and in both where none is known."""

import pytest
from operations.test_sending_texts import TextWorld
from operations.world import World


@pytest.mark.parametrize(
    ("language", "body"), [("cy", "Helo."), ("en", "Hello."), (None, "Helo.\nHello.")]
)
def test_a_text_is_in_the_language_of_its_person(database, keyring, language, body) -> None:
    sending = TextWorld(World(database, keyring))
    sending.world.run("UPDATE persons SET language = :language", language=language)
    sending.send()
    (order,) = sending.provider.orders
    assert order.body == body
