"""The times offered for a call back."""

from contact_builders import local, policy

from contactbot.domain.appointments import slots_for_call_back
from contactbot.domain.calendar import closing_after, day_part


def test_up_to_three_times_in_default_hours_each_in_another_part_of_the_day():
    now = local("2026-12-24 15:00")
    slots = slots_for_call_back(now, policy())
    assert len({day_part(start) for start, _ in slots}) == len(slots) == 3
    for start, end in slots:
        closes = closing_after(policy().hours.default, start)
        assert closes is not None
        assert start < end <= closes


def test_the_first_time_lies_a_working_day_ahead():
    slots = slots_for_call_back(local("2026-12-24 15:00"), policy())
    assert slots[0][0] == local("2026-12-30 09:00")
