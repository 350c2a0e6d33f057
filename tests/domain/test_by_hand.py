"""The rungs of a call by hand, what proves a person, and which endings may be chosen."""

from dataclasses import replace

import pytest
from small_world import POLICY

from contactbot.domain.by_hand import Proof, Settled, Stage, endings, facts_for, proves, stage_of
from contactbot.domain.dispositions import Disposition

KNOWN = Proof(date_of_birth="1980-02-01", postcode="NP20 1AA")
BOTH = ("date_of_birth", "postcode")


def test_no_rung_is_reached_without_the_one_before():
    assert stage_of(attempted=False, identity="contact_code", private=True) is Stage.BEFORE_CALL
    assert stage_of(attempted=True, identity=None, private=True) is Stage.IDENTITY
    assert stage_of(attempted=True, identity="facts", private=False) is Stage.PRIVACY
    assert stage_of(attempted=True, identity="facts", private=True) is Stage.CONTENT


@pytest.mark.parametrize("born", ["01/02/1980", "1-2-1980", "1980-02-01", "1.2.1980"])
def test_a_date_may_be_said_in_any_usual_order(born):
    said = Proof(date_of_birth=born, postcode="np201aa")
    assert proves(said, (), KNOWN, BOTH) == "facts"


NOT_PROVED = {
    "nothing said": (Proof(), ("4321",), KNOWN, BOTH),
    "wrong code": (Proof(code="1234"), ("4321",), KNOWN, BOTH),
    "empty code": (Proof(code=" "), ("", " "), KNOWN, BOTH),
    "one fact of two": (Proof(postcode="NP20 1AA"), (), KNOWN, BOTH),
    "no facts asked for": (KNOWN, (), KNOWN, ()),
    "a fact we do not know": (Proof(), (), Proof(), BOTH),
    "no such day": (Proof(date_of_birth="31/02/1980"), (), Proof(), ("date_of_birth",)),
}


@pytest.mark.parametrize("case", NOT_PROVED.values(), ids=NOT_PROVED)
def test_this_proves_nobody(case):
    assert proves(*case) is None


def test_the_code_alone_proves_a_person():
    assert proves(Proof(code=" 4321 "), ("4321",), Proof(), ()) == "contact_code"


def test_a_protected_person_needs_a_confirmed_number_before_facts_are_enough():
    assert facts_for("protected", POLICY, confirmed=False) == ()
    assert facts_for("protected", POLICY, confirmed=True) == BOTH
    assert facts_for("standard", POLICY, confirmed=False) == BOTH
    assert facts_for("a word nobody knows", POLICY, confirmed=False) == ()


def test_nobody_opts_in_without_recorded_consent():
    names = {row.name for row in endings(Stage.CONTENT, POLICY)}
    assert Disposition.OPTED_IN not in names
    names = {
        row.name for row in endings(Stage.CONTENT, POLICY, Settled(support="given", now="given"))
    }
    assert Disposition.OPTED_IN in names


@pytest.mark.parametrize("stage", [Stage.IDENTITY, Stage.PRIVACY, Stage.CONTENT])
def test_every_rung_can_be_left_by_not_alone_and_do_not_ring(stage):
    names = {row.name for row in endings(stage, POLICY)}
    assert {Disposition.NOT_ALONE, Disposition.DO_NOT_RING} <= names


SAFETY = {Disposition.NOT_ALONE, Disposition.THIRD_PARTY_ANSWERED, Disposition.DO_NOT_RING}
LEFT = {Disposition.STOPPED, Disposition.HUNG_UP_AFTER_IDENTITY, Disposition.ASKED_FOR_PERSON}
AGREED = Settled(support="given", now="given")
SAID = [
    (Settled(), LEFT),
    (AGREED, {Disposition.OPTED_IN}),
    (replace(AGREED, booked=True), {Disposition.CALL_BACK}),
    (Settled(support="given"), {Disposition.OPTED_IN, *LEFT}),
    (Settled(support="refused", now="refused"), {Disposition.DECLINED}),
    (Settled(support="refused", now="refused", never=True), set()),
    (Settled(support="refused"), LEFT),
    (Settled(support="withdrawn"), LEFT),
]


@pytest.mark.parametrize(("said", "fitting"), SAID)
def test_an_ending_agrees_with_what_was_said_and_safety_is_always_offered(said, fitting):
    names = {row.name for row in endings(Stage.CONTENT, POLICY, said)}
    assert names == {*fitting, *SAFETY}


def test_words_are_left_on_a_machine_only_where_the_rules_allow_it():
    for allowed in (True, False):
        names = {row.name for row in endings(Stage.IDENTITY, POLICY, Settled(voicemail=allowed))}
        assert (Disposition.VOICEMAIL_LEFT in names) is allowed


def test_what_only_a_machine_can_see_is_no_choice_for_a_caller():
    for stage in Stage:
        for row in endings(stage, POLICY):
            assert row.by_hand
    assert not POLICY.disposition("not_placed").by_hand
