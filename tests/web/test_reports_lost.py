"""When the database is away a line hears the goodbye, and a report is refused."""

from web.door import Door

from contactbot.telephony.twiml import NEUTRAL_GOODBYE


class Away:
    """A store behind a database that does not answer."""

    def begin(self) -> None:
        raise ConnectionError


def test_a_report_that_cannot_be_kept_is_not_acknowledged(door: Door) -> None:
    attempt = door.calling()
    door.service.change_outreach(store=Away())
    answer = door.status(attempt, "completed", 3)
    assert (answer.status_code, answer.data) == (503, b"")


def test_a_key_that_cannot_be_kept_is_not_acknowledged_either(door: Door) -> None:
    attempt = door.calling()
    door.service.change_outreach(store=Away())
    answer = door.turn(attempt, 0)
    assert (answer.status_code, answer.data) == (200, NEUTRAL_GOODBYE)
