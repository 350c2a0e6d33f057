"""What a row alone says about holds and suppressions."""

from datetime import UTC, datetime

import pytest

from contactbot.domain.intake import holds_of, is_near_any, suppressions_of
from contactbot.domain.referral_row import Reading, read_row

PLAIN = {
    "reference": "A1",
    "source_system": "niche",
    "source": "home_force",
    "crime_group": "theft",
    "flags": "none",
    "referred_at": "2026-03-20T14:00",
}


def read(**cells):
    return read_row(PLAIN | cells, Reading(datetime(2026, 3, 23, tzinfo=UTC), allow_pretend=False))


def test_a_business_is_held_until_somebody_in_it_is_named():
    assert holds_of(read(flags="business", family_name="Siop Cyf")) == ("business_without_contact",)
    assert holds_of(read(flags="business", given_name="Siân", family_name="Rees")) == ()


@pytest.mark.parametrize(
    ("cells", "reasons"),
    [
        ({"flags": "deceased"}, ("deceased",)),
        ({"support_declined": "yes"}, ("support_declined",)),
        ({"officer_view": "no_need"}, ()),
        ({"flags": ""}, ()),
    ],
)
def test_only_death_and_the_victims_own_refusal_suppress(cells, reasons):
    assert suppressions_of(read(**cells)) == reasons


def test_a_slip_of_a_finger_is_near():
    assert is_near_any(["+447700900123"], ["+447700900132"])
    assert not is_near_any(["+447700900123"], ["+447700900999"])
    assert not is_near_any([], ["+447700900999"])
