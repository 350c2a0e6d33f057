"""What an ended attempt is called: by what was said, else by what the line did."""

import pytest
from contact_builders import policy
from hypothesis import given
from hypothesis import strategies as st

from contactbot.domain.attempts import LIVE, TERMINAL, AttemptState
from contactbot.domain.dispositions import Disposition, disposition_of
from contactbot.scripting.model import Ending


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_of_a_script_has_its_disposition(ending):
    odd = {"no_key": "answered_no_key", "no_key_twice": "hung_up_before_identity"}
    expected = odd.get(ending, "answered_no_key" if ending == "goodbye" else str(ending))
    assert disposition_of(AttemptState.COMPLETED, ending) == expected


@pytest.mark.parametrize("state", sorted(TERMINAL - {AttemptState.COMPLETED}))
def test_a_call_nobody_spoke_on_is_named_by_its_state(state):
    assert disposition_of(state, None) == str(state)


def test_a_completed_call_without_a_word_was_answered_without_a_key():
    assert disposition_of(AttemptState.COMPLETED, None) is Disposition.ANSWERED_NO_KEY


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_refusal_said_outlives_whatever_the_line_did_afterwards(state):
    assert disposition_of(state, "do_not_ring") is Disposition.DO_NOT_RING
    assert disposition_of(state, "declined") is Disposition.DECLINED


@pytest.mark.parametrize("state", sorted(LIVE))
def test_a_call_that_has_not_ended_is_unknown(state):
    assert disposition_of(state, None) is Disposition.UNKNOWN


@given(st.sampled_from(AttemptState), st.one_of(st.none(), st.text()))
def test_it_is_total_and_an_ending_nobody_knows_is_looked_at_by_a_person(state, ending):
    found = disposition_of(state, ending)
    assert found in Disposition
    if ending is not None and ending not in {*Disposition, *Ending}:
        assert policy().disposition(found).next == "hold"


FACTS = {  # disposition: AAPOR code, counts as a try, what follows
    "opted_in": ("1.1", True, "final"),
    "declined": ("1.1", True, "final"),
    "call_back": ("1.1", True, "caller"),
    "asked_for_person": ("2.12", True, "caller"),
    "stopped": ("2.12", True, "caller"),
    "hung_up_after_identity": ("2.12", True, "caller"),
    "do_not_ring": ("2.112", True, "final"),
    "not_alone": ("2.36", True, "retry_next_day"),
    "third_party_answered": ("3.90", True, "hold"),
    "wrong_code": ("3.14", True, "hold"),
    "no_code_known": ("2.21", True, "caller"),
    "answered_no_key": ("3.14", True, "retry_other_day_part"),
    "voicemail_left": ("2.221", True, "retry_other_day_part"),
    "hung_up_before_identity": ("3.14", True, "retry_other_day_part"),
    "no_answer": ("3.13", True, "retry_other_day_part"),
    "busy": ("3.12", True, "retry_other_day_part"),
    "failed": ("3.16", False, "retry"),
    "canceled": ("3.16", False, "retry"),
    "outside_hours": ("2.36", False, "retry"),
    "withdrawn": ("2.36", False, "retry"),
    "error": ("2.36", False, "hold"),
    "not_placed": ("3.11", False, "retry"),
    "unknown": ("3.16", True, "hold"),
    "lost_status": ("3.16", True, "retry_other_day_part"),
    "text_delivered": ("3.19", False, "retry_other_day_part"),
    "text_sent": ("3.19", False, "retry_other_day_part"),
    "text_undelivered": ("3.16", False, "retry_other_day_part"),
    "text_failed": ("3.16", False, "retry_other_day_part"),
    "text_not_a_mobile": ("3.16", False, "retry_other_day_part"),
    "text_opted_out": ("2.112", False, "final"),
}


@pytest.mark.parametrize("disposition", Disposition)
def test_the_shipped_table_row_by_row(disposition):
    row = policy().disposition(disposition)
    assert (row.aapor, row.counts_as_try, row.next) == FACTS[disposition]
    assert row.cap
    assert row.spacing


def test_a_carrier_failure_costs_spacing_and_cap_but_not_a_try():
    row = policy().disposition("failed")
    assert (row.spacing, row.cap, row.counts_as_try) == (True, True, False)


def test_a_disposition_nobody_knows_is_answered_for_by_unknown():
    assert policy().disposition("moon") is policy().disposition("unknown")
