"""A web server that dies over a request, and over the provider's second try as well."""

from typing import Any

import pytest
from journeys.service import GOODBYE, OPENER, Service

from contactbot.operations.calls import take_keys
from contactbot.web.webhooks import calls

# The thread of a request is all that dies here.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


def dies_at(monkeypatch: pytest.MonkeyPatch, turn: int, times: int) -> None:
    """Whoever serves this turn of a call dies before the answer is out, so many times."""
    deaths = [turn] * times

    def served(world: Any, token: str, number: int, *rest: str) -> str:
        words = take_keys(world, token, number, *rest)
        if number == turn and deaths:
            deaths.pop()
            raise SystemExit
        return words

    monkeypatch.setattr(calls, "take_keys", served)


def test_one_death_is_not_even_heard(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    dies_at(monkeypatch, 1, times=1)
    person = service.refer("opts_in")
    service.call()
    assert service.state(person) == "contacted"
    assert len(service.consents(person)) == 1


@pytest.mark.parametrize("turn", [0, 1, 3])
def test_where_both_tries_die_the_line_hears_our_goodbye_and_not_the_providers_apology(
    service: Service, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    service.surprising = True  # the network counts the answers it never got
    dies_at(monkeypatch, turn, times=2)
    person = service.refer("opts_in")
    service.call()
    assert service.heard(person)[-2:] == GOODBYE
    assert (OPENER in service.heard(person)[1]) == (turn > 0)
