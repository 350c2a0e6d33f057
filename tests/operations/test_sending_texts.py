"""Texts by the attempt protocol: row first, one request, nothing lost and nothing sent twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from operations.world import POLICY, World

from contactbot.database.text_store import DatabaseTextStore
from contactbot.domain.reply_words import Meaning
from contactbot.operations.dispatch import Dispatched
from contactbot.operations.inbound_texts import collect_inbound_texts, take_inbound_text
from contactbot.operations.text_deps import Texts
from contactbot.operations.text_progress import (
    cancel_unwanted_texts,
    erase_bodies,
    reconcile_texts,
    take_text_progress,
)
from contactbot.operations.texts import place_next_text
from contactbot.ports.telephony import (
    AccountRefused,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
)
from contactbot.ports.texting import InboundText, ProviderText, TextOrder, TextProgress
from contactbot.scripting.reply_tables import load_replies

BODIES = {"invitation": {"cy": "Helo.", "en": "Hello.", "both": "Helo.\nHello."}}


def sid(number: int = 1) -> str:
    return f"SM{number:032x}"


class Provider:
    """What the provider is asked, and what it answers: a text, or the error in `replies`."""

    def __init__(self) -> None:
        self.orders: list[TextOrder] = []
        self.replies: list[Exception] = []
        self.listed: list[ProviderText] | Exception = []
        self.known: dict[str, ProviderText] = {}
        self.waiting: list[InboundText] = []
        self.canceled: list[str] = []
        self.erased: list[str] = []
        self._ids = count(1)

    def send_text(self, order: TextOrder) -> ProviderText:
        self.orders.append(order)
        if self.replies:
            raise self.replies.pop(0)
        return ProviderText(sid(next(self._ids)), "accepted", outbound=True)

    def texts_to(self, number: str) -> list[ProviderText]:
        assert number.startswith("+")
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed

    def text(self, provider_id: str) -> ProviderText | None:
        return self.known.get(provider_id)

    def texts_to_us(self) -> list[InboundText]:
        return self.waiting

    def cancel_text(self, provider_id: str) -> None:
        self.canceled.append(provider_id)

    def erase_body(self, provider_id: str) -> None:
        self.erased.append(provider_id)


REPLIES = load_replies((Path(__file__).parents[2] / "scripts" / "replies.toml").read_text("utf-8"))


class TextWorld:
    """A person who is due a text, and the world that sends it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.provider = Provider()
        self.texts = Texts(
            outreach=world.outreach,
            store=DatabaseTextStore(world.engine, world.keyring),
            provider=self.provider,
            bodies=BODIES,
            messages_hash="hash",
            per_second=1000,
            replies=REPLIES,
        )
        self.person = world.person()
        world.run("UPDATE numbers SET kind = 'mobile'")
        world.run("UPDATE contact_profiles SET safe_text = 'yes'")
        world.run(
            "INSERT INTO text_plans (referral_id, message, due_at, planned_at)"
            " SELECT id, 'invitation', due_at, due_at FROM referrals"
        )

    def send(self) -> Any:
        self.result = place_next_text(self.texts)
        return self.attempt()

    def attempt(self) -> Any:
        found = self.world.rows("SELECT * FROM attempts ORDER BY intent_at_real DESC LIMIT 1")
        return found[0] if found else None

    def report(self, status: str, code: int | None = None, text: int = 1) -> tuple[str, str | None]:
        progress = TextProgress(sid(text), status, code)
        take_text_progress(self.texts, self.attempt().token, progress)
        return self.end()

    def end(self) -> tuple[str, str | None]:
        attempt = self.attempt()
        return attempt.state, attempt.disposition

    def plan(self) -> Any:
        return self.world.rows("SELECT * FROM text_plans")[0]

    def comes_in(self, body: str, number: int = 7) -> None:
        take_inbound_text(self.texts, InboundText(sid(number), self.person.number, body))


@pytest.fixture
def sending(database: Any, keyring: Any) -> TextWorld:
    return TextWorld(World(database, keyring))


def test_the_attempt_is_kept_before_anything_leaves_and_says_what_it_sends(sending) -> None:
    attempt = sending.send()
    assert sending.result is Dispatched.PLACED
    assert (attempt.channel, attempt.state, attempt.provider_id) == ("text", "queued", sid())
    (sent,) = sending.world.rows("SELECT * FROM sent_texts")
    assert (sent.message, sent.form, sent.segments) == ("invitation", "both", 1)
    (order,) = sending.provider.orders
    assert (order.body, order.token) == ("Helo.\nHello.", attempt.token)
    assert 1 <= order.life_seconds <= POLICY.texts.validity_seconds
    assert sending.send().id == attempt.id
    assert sending.result is Dispatched.NOTHING_DUE


def test_two_workers_send_one_text(sending) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: place_next_text(sending.texts), range(16)))
    assert results.count(Dispatched.PLACED) == 1
    assert len(sending.provider.orders) == 1


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        (["queued", "sent", "delivered"], ("completed", "text_delivered")),
        (["delivered", "sent", "queued"], ("completed", "text_delivered")),
        (["sent", "sent"], ("initiated", None)),
        (["undelivered", "delivered"], ("failed", "text_undelivered")),
        (["failed"], ("failed", "text_failed")),
        (["canceled"], ("canceled", "canceled")),
        (["moon"], ("queued", None)),
    ],
)
def test_reports_in_any_order_move_forward_only(sending, steps, end) -> None:
    sending.send()
    for status in steps:
        sending.report(status)
    assert sending.end() == end


@pytest.mark.parametrize("code", [21610, 30004])
def test_a_stop_at_the_provider_stops_everything(sending, code) -> None:
    sending.send()
    assert sending.report("undelivered", code) == ("failed", "text_opted_out")
    assert sending.world.referral(sending.person).state == "suppressed"
    assert sending.world.values("SELECT reason FROM suppressions") == ["opted_out"] * 2


@pytest.mark.parametrize("code", [21614, 21635, 30005, 30006])
def test_a_number_that_is_no_mobile_gets_calls_and_no_more_texts(sending, code) -> None:
    sending.provider.replies = [NumberRefused(code)]
    sending.send()
    assert sending.end() == ("failed", "text_not_a_mobile")
    assert sending.world.rows("SELECT kind, usable FROM numbers") == [("landline", True)]
    assert sending.world.referral(sending.person).route == "automatic"
    assert sending.plan().due_at is None


def test_a_number_that_is_wrong_is_closed_for_a_person_to_look_at(sending) -> None:
    sending.provider.replies = [NumberRefused(21211)]
    sending.send()
    assert sending.world.values("SELECT usable FROM numbers") == [False]
    assert sending.world.referral(sending.person).route == "caller"


@pytest.mark.parametrize("code", [30003, 30008])
def test_a_telephone_that_is_away_is_texted_once_more(sending, code) -> None:
    sending.send()
    sending.report("undelivered", code)
    assert sending.plan().due_at is not None
    for result in (Dispatched.WITHHELD, Dispatched.PLACED):  # the spacing ends in the night
        sending.world.set_clock(sending.plan().due_at)
        sending.send()
        assert sending.result is result
    sending.report("undelivered", code, text=2)
    assert (sending.plan().orders, sending.plan().due_at) == (2, None)


def test_a_text_whose_reply_was_lost_is_found_on_the_providers_list(sending) -> None:
    sending.provider.replies = [OutcomeUnknown("lost")]
    sending.send()
    assert sending.result is Dispatched.UNCERTAIN
    sending.provider.listed = [ProviderText(sid(9), "delivered", outbound=True)]
    sending.world.age(61)
    reconcile_texts(sending.texts)
    assert sending.attempt().provider_id == sid(9)
    assert sending.end() == ("completed", "text_delivered")
    assert len(sending.provider.orders) == 1


def test_a_text_absent_from_the_list_twice_was_never_sent_and_may_be_again(sending) -> None:
    sending.provider.replies = [OutcomeUnknown("lost")]
    sending.send()
    sending.world.age(61)
    reconcile_texts(sending.texts)
    assert sending.end() == ("posting", None)
    sending.world.age(1800)
    reconcile_texts(sending.texts)
    assert sending.end() == ("not_placed", "not_placed")
    assert sending.plan().due_at is not None


@pytest.mark.parametrize(
    "listed",
    [
        OutcomeUnknown("away"),
        [ProviderText(sid(n), "sent", outbound=True) for n in (8, 9)],
    ],
)
def test_what_nobody_can_tell_is_held_for_a_person(sending, listed) -> None:
    sending.provider.replies = [OutcomeUnknown("lost")]
    sending.send()
    sending.provider.listed = listed
    sending.world.age(1900)
    reconcile_texts(sending.texts)
    assert sending.end() == ("unknown", "unknown")
    assert sending.world.referral(sending.person).state == "held"


def test_an_intent_that_was_never_posted_is_closed(sending) -> None:
    class Died(Exception):
        pass

    def die(name: str) -> None:
        if name == "after_text_intent":
            raise Died

    dying = replace(sending.texts, outreach=sending.world.but(at_fault_point=die))
    with pytest.raises(Died):
        place_next_text(dying)
    sending.world.age(10)
    reconcile_texts(sending.texts)
    assert sending.end() == ("not_placed", "not_placed")
    assert sending.provider.orders == []


def test_a_text_the_carrier_never_reports_on_counts_as_sent_after_three_looks(sending) -> None:
    sending.send()
    sending.provider.known = {sid(): ProviderText(sid(), "sent", outbound=True)}
    for _ in range(3):
        sending.world.age(2000)
        reconcile_texts(sending.texts)
    assert sending.end() == ("completed", "text_sent")


def test_an_account_that_is_refused_sends_nothing_for_a_while(sending) -> None:
    sending.provider.replies = [AccountRefused(20003)]
    sending.send()
    assert sending.result is Dispatched.REFUSED
    sending.send()
    assert sending.result is Dispatched.NOT_NOW


def test_a_refusal_before_any_effect_is_asked_again_within_the_deadline(sending) -> None:
    sending.provider.replies = [RefusedBeforeEffect("busy", 0.1)]
    sending.send()
    assert len(sending.provider.orders) == 2
    assert sending.attempt().state == "queued"


def test_a_withheld_text_keeps_its_reason_and_is_looked_at_again_when_it_may_be_sent(
    sending,
) -> None:
    sending.world.run("UPDATE contact_profiles SET safe_text = 'no'")
    sending.send()
    assert sending.result is Dispatched.WITHHELD
    assert sending.plan().due_at is None
    kept = sending.world.rows("SELECT channel, allowed, reasons FROM decisions")
    assert kept == [("text", False, ["said_no"])]


def test_bodies_are_erased_at_the_provider_once_and_only_after_the_end(sending) -> None:
    sending.send()
    erase_bodies(sending.texts)
    assert sending.provider.erased == []
    sending.report("delivered")
    erase_bodies(sending.texts)
    erase_bodies(sending.texts)
    assert sending.provider.erased == [sid()]


def test_a_stop_takes_back_a_text_that_waits_at_the_provider(sending) -> None:
    sending.send()
    sending.comes_in("Stopio")
    cancel_unwanted_texts(sending.texts)
    assert sending.provider.canceled == [sid()]


def test_a_text_delivered_twice_is_kept_and_acted_on_once(sending) -> None:
    sending.comes_in("he's here")
    sending.comes_in("he's here")
    (kept,) = sending.world.rows("SELECT * FROM inbound_texts")
    assert kept.meaning == Meaning.NOT_SAFE
    assert sending.world.holds(sending.person) == ["text_not_safe"]
    audited = sending.world.values("SELECT action FROM audit")
    assert audited.count("text_received") == 1


def test_a_stop_suppresses_the_number_for_everybody_who_has_it(sending) -> None:
    other = sending.world.person(number=sending.person.number, tier="protected")
    sending.comes_in("STOP")
    assert sending.world.holds(other) == ["text_optout"]
    assert sending.world.referral(other).state == "held"
    assert sending.world.referral(sending.person).state == "suppressed"
    persons = sending.world.values("SELECT person_id FROM suppressions ORDER BY person_id")
    assert persons == [sending.person.id, None]


@pytest.mark.parametrize("sender", ["", "anonymous", "+0", "GwentX"])
def test_a_text_from_no_number_is_kept_and_touches_nobody(sending, sender) -> None:
    take_inbound_text(sending.texts, InboundText(sid(3), sender, "STOP"))
    assert sending.world.values("SELECT number_index FROM inbound_texts") == [None]
    assert sending.world.rows("SELECT * FROM suppressions") == []


def test_start_lifts_no_suppression(sending) -> None:
    sending.comes_in("STOP", number=7)
    sending.comes_in("START", number=8)
    assert sending.world.values("SELECT lifted_at FROM suppressions") == [None, None]
    assert sending.world.referral(sending.person).state == "suppressed"


def test_a_stop_that_came_while_our_door_was_shut_is_taken_in_and_forgotten_there(sending) -> None:
    sending.provider.waiting = [InboundText(sid(5), sending.person.number, "peidiwch")]
    collect_inbound_texts(sending.texts)
    assert sending.world.referral(sending.person).state == "suppressed"
    assert sending.provider.erased == [sid(5)]
