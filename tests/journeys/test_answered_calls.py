"""Somebody, or something, answers: what they hear, what is kept, what follows."""

from journeys.service import GOODBYE, OPENER, Service, london

from contactbot.domain.needs import NeedArea

TELLING = ("crime", "support", "trosedd", "cefnog", "cymorth")


def tells(lines: list[str]) -> bool:
    return any(word in " ".join(lines).lower() for word in TELLING)


def test_the_victim_opts_in_and_the_case_store_hears_of_it(service: Service) -> None:
    person = service.refer("opts_in")
    service.call()
    service.deliver()
    assert service.state(person) == "contacted"
    (consent,) = service.consents(person)
    assert (consent.decision, consent.language) == ("given", "en")
    assert consent.wording in service.heard(person)
    kinds = [record["type"] for record in service.handed_over()]
    assert sorted(kinds) == ["attempt", "consent", "needs_assessment", "referral_opt_in", "status"]
    [told] = [record for record in service.handed_over() if record["type"] == "needs_assessment"]
    areas = {row.area for row in service.rows("SELECT area FROM needs")}
    assert set(told["body"]["areas"]) == areas
    assert told["body"]["complete"] is (areas == set(NeedArea))


def test_welsh_from_the_first_key_to_the_last_word(service: Service) -> None:
    person = service.refer("opts_in", welsh=True)
    service.call()
    call = service.call_to(person)
    first_key = call["keys"][0]
    assert first_key["digits"] == "1"
    after = [line for line in call["utterances"] if line["at"] > first_key["at"]]
    assert {(line["language"], line["voice"]) for line in after} == {("cy-GB", "Polly.Gwyneth")}
    assert service.consents(person)[0].language == "cy"
    (found,) = service.rows("SELECT language FROM persons")
    assert found.language == "cy"


def test_the_partner_answers_and_learns_nothing(service: Service) -> None:
    person = service.refer("somebody_else")
    service.call()
    assert not tells(service.heard(person))
    assert service.dispositions(person) == ["hung_up_before_identity"]
    assert service.state(person) == "attempted"
    assert service.rows("SELECT language FROM persons")[0].language is None


def test_a_voicemail_that_talks_like_a_person_hears_the_opener_and_a_goodbye(
    service: Service,
) -> None:
    person = service.refer("voicemail")
    service.call()
    lines = service.heard(person)
    assert OPENER in lines[1]
    assert not tells(lines)
    assert len(lines) == 4
    assert service.dispositions(person) == ["answered_no_key"]


def test_a_wrong_code_twice_is_a_neutral_goodbye_and_a_hold(service: Service) -> None:
    person = service.refer("wrong_code")
    service.call()
    lines = service.heard(person)
    assert not tells(lines)
    assert lines[-1] == "Thank you. Goodbye."
    assert (service.state(person), service.holds(person)) == ("held", ["wrong_code"])


def test_whoever_is_not_alone_hears_nothing_more_today(service: Service) -> None:
    person = service.refer("not_alone")
    service.call()
    assert not tells(service.heard(person))
    assert service.dispositions(person) == ["not_alone"]
    assert service.referral(person).due_at >= london("2026-03-24 09:00")


def test_without_a_code_on_our_side_the_call_stops_at_the_second_rung(service: Service) -> None:
    person = service.refer("opts_in", contact_code="")
    service.call()
    lines = service.heard(person)
    assert not tells(lines)
    assert lines[-1] == "Thank you. A person will ring you. Goodbye."
    assert service.dispositions(person) == ["no_code_known"]
    assert service.referral(person).route == "caller"


def test_declining_ends_the_case_and_the_refusal_is_kept(service: Service) -> None:
    person = service.refer("declines")
    service.call()
    assert service.state(person) == "declined"
    assert [consent.decision for consent in service.consents(person)] == ["refused"]


def test_do_not_ring_again_by_key_is_for_good(service: Service) -> None:
    person = service.refer("do_not_ring")
    service.call()
    assert service.state(person) == "suppressed"
    assert service.suppressions(person) == ["opted_out"]
    service.set_clock("2026-04-20 10:00")
    service.call()
    assert len(service.calls_to(person)) == 1


def test_do_not_ring_again_holds_for_every_case_of_the_person(service: Service) -> None:
    person = service.refer("do_not_ring", reference="FIRST")
    again = {"reference": "SECOND", "family_name": person.name, "date_of_birth": person.born}
    service.refer(phone=person.number, **again)
    service.call()
    service.set_clock("2026-03-25 10:00")
    service.call()
    assert len(service.calls_to(person)) == 1
    states = [row.state for row in service.rows("SELECT state FROM referrals")]
    assert states == ["suppressed", "suppressed"]


def test_a_call_back_time_becomes_an_appointment_for_a_caller(service: Service) -> None:
    person = service.refer("asks_for_slot")
    service.call()
    (appointment,) = service.appointments(person)
    assert appointment.starts_at == london("2026-03-25 09:00")
    assert (service.state(person), service.referral(person).route) == ("contacted", "caller")


def test_whoever_asks_for_a_person_is_left_to_one(service: Service) -> None:
    person = service.refer("asks_for_person")
    service.call()
    assert service.dispositions(person) == ["asked_for_person"]
    assert (service.referral(person).route, service.referral(person).due_at) == ("caller", None)


def test_hanging_up_in_the_middle_leaves_the_choice_to_a_caller(service: Service) -> None:
    person = service.refer("hangs_up")
    service.call()
    assert service.dispositions(person) == ["hung_up_after_identity"]
    assert service.referral(person).route == "caller"
    (interview,) = service.rows("SELECT state FROM interviews")
    assert interview.state == "broken_off"


def test_slow_and_stray_keys_lead_to_the_same_end(service: Service) -> None:
    people = [service.refer("slow"), service.refer("stray_keys")]
    service.call()
    assert [service.state(person) for person in people] == ["contacted", "contacted"]


def test_a_case_opened_again_after_an_opt_out_stays_closed(service: Service) -> None:
    person = service.refer("do_not_ring")
    service.call()
    service.refer(reference=person.reference, phone=person.number, family_name=person.name)
    service.set_clock("2026-04-01 10:00")
    service.call()
    assert service.state(person) == "suppressed"
    assert len(service.calls_to(person)) == 1


def test_who_never_proves_to_be_the_victim_hears_neutral_words_only(service: Service) -> None:
    people = [service.refer(answers) for answers in ("silent", "somebody_else", "wrong_code")]
    service.call()
    assert not any(tells(service.heard(person)) for person in people)
    assert GOODBYE[1] in service.heard(people[0])
