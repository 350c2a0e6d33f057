"""The persons a batch of referrals speaks of, and what each row adds to what is known of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from contactbot.domain.contact_profile import merged, profile_of
from contactbot.domain.person import PersonDetails, details_of, phones_of, with_news
from contactbot.domain.referral_row import GivenPhone, ReferralRow
from contactbot.domain.same_person import Marks, is_same_person, marks_of
from contactbot.ports.intake_records import NumberRecord, PersonRecord

NO_LONGER_GIVEN = "no_longer_given"


@dataclass(frozen=True, slots=True)
class Told:
    """A row with what it tells of its person, worked out once."""

    row: ReferralRow
    details: PersonDetails
    phones: tuple[GivenPhone, ...]
    marks: Marks

    @classmethod
    def by(cls, row: ReferralRow) -> "Told":
        """What this row tells."""
        details, phones = details_of(row), phones_of(row)
        numbers = [phone.number.e164 for phone in phones]
        return cls(row, details, phones, marks_of(details, numbers))


def newcomer(person_id: UUID, told: Told) -> PersonRecord:
    """A person nobody knew, as this row tells of them."""
    person = PersonRecord(person_id, told.details, is_new=True)
    person.remember_marks(told.marks)
    return person


class People:
    """Persons found by what they are compared by; new ones can be found as soon as they are added.

    Two rows of one file about one person are one person, whichever comes first.
    """

    def __init__(self, known: Iterable[PersonRecord]) -> None:
        self._by_id: dict[UUID, PersonRecord] = {}
        self._by_mark: defaultdict[tuple[str, ...], set[UUID]] = defaultdict(set)
        for person in known:
            self.add(person)

    def add(self, person: PersonRecord) -> None:
        """Make a person, or what is new about one, findable."""
        self._by_id[person.id] = person
        for mark in _findable(person.marks()):
            self._by_mark[mark].add(person.id)

    def get(self, person_id: UUID) -> PersonRecord:
        """The person of this id."""
        return self._by_id[person_id]

    def linked(self, person: PersonRecord) -> list[PersonRecord]:
        """Persons suggested to be this one."""
        return [self._by_id[other] for other in sorted(person.linked) if other in self._by_id]

    def alike(self, marks: Marks) -> list[PersonRecord]:
        """Persons who share a number or any two other marks."""
        found: set[UUID] = set()
        for mark in _findable(marks):
            found.update(self._by_mark.get(mark, ()))
        return [self._by_id[person_id] for person_id in sorted(found)]

    def same(self, marks: Marks) -> PersonRecord | None:
        """The person whom these marks certainly belong to."""
        certain = (each for each in self.alike(marks) if is_same_person(each.marks(), marks))
        return next(certain, None)

    def owners(self, number: str) -> list[PersonRecord]:
        """Persons who may be dialled at this number."""
        alike = (self._by_id[each] for each in sorted(self._by_mark.get(("number", number), ())))
        return [person for person in alike if number in person.usable_numbers()]


def _findable(marks: Marks) -> list[tuple[str, ...]]:
    """What persons are found by: one mark alone is as common as the name Jones, but for numbers."""
    names, birth, home = marks.names, marks.birth, marks.home
    found: list[tuple[str, ...]] = [("number", number) for number in marks.numbers]
    if names and birth:
        found.append(("0", names, birth))
    if names and home:
        found.append(("1", names, home))
    if birth and home:
        found.append(("2", birth, home))
    return found


def learn(person: PersonRecord, told: Told, new_ids: Iterator[UUID], *, sole: bool) -> None:
    """Take over what the row tells of its person.

    `sole`: the row is a newer telling of the person’s only referral, so that a number or a `yes`
    it no longer gives is taken back.
    """
    row = told.row
    if person.details is not told.details:
        details = with_news(person.details, told.details)
        if person.language_told_by_person:
            details = replace(details, language=person.details.language)
        if details != person.details:
            person.details, person.changed = details, True
            person.forget_marks()
    _learn_numbers(person, told, new_ids, sole=sole)
    if person.marks().numbers != frozenset(person.usable_numbers()):
        person.forget_marks()
    _learn_profile(person, row, sole=sole)
    if row.suspect_phone:
        person.suspects.add(row.suspect_phone.number.e164)


def _learn_numbers(
    person: PersonRecord, told: Told, new_ids: Iterator[UUID], *, sole: bool
) -> None:
    """Numbers given now come first, in their order; others follow, or end if `sole`."""
    given = told.phones
    known = {number.number.e164: number for number in person.numbers}
    for position, phone in enumerate(given, 1):
        number = known.pop(phone.number.e164, None)
        if number is None:
            person.numbers.append(
                NumberRecord(next(new_ids), phone.number, phone.as_given, position, is_new=True)
            )
            continue
        returns = number.suspended_because == NO_LONGER_GIVEN
        if number.position != position or returns:
            number.position, number.changed = position, True
        if returns:
            number.usable, number.suspended_because = True, None
    for position, number in enumerate(known.values(), len(given) + 1):
        if sole and number.usable:
            number.usable, number.suspended_because = False, NO_LONGER_GIVEN
            number.changed = True
        elif given and number.position != position:
            number.position, number.changed = position, True


def _learn_profile(person: PersonRecord, row: ReferralRow, *, sole: bool) -> None:
    told = profile_of(row)
    profile = told if person.profile is None else merged(person.profile, told, same_referral=sole)
    if profile != person.profile:
        person.profile, person.profile_changed = profile, True
