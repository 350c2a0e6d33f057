"""The persons a batch of referrals speaks of, and what each row adds to what is known of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import UUID

from contactbot.domain.contact_profile import merged, profile_of
from contactbot.domain.person import details_of, phones_of, with_news
from contactbot.domain.referral_row import ReferralRow
from contactbot.domain.same_person import Marks, is_same_person
from contactbot.ports.intake_records import NumberRecord, PersonRecord

NO_LONGER_GIVEN = "no_longer_given"


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
        found = {each for mark in _findable(marks) for each in self._by_mark.get(mark, ())}
        return [self._by_id[person_id] for person_id in sorted(found)]

    def same(self, marks: Marks) -> PersonRecord | None:
        """The person whom these marks certainly belong to."""
        certain = (each for each in self.alike(marks) if is_same_person(each.marks(), marks))
        return next(certain, None)

    def owners(self, number: str) -> list[PersonRecord]:
        """Persons who may be dialled at this number."""
        alike = self.alike(Marks(numbers=frozenset({number})))
        return [person for person in alike if number in person.usable_numbers()]


def _findable(marks: Marks) -> Iterator[tuple[str, ...]]:
    """What persons are found by: one mark alone is as common as the name Jones, but for numbers."""
    pairs = ((marks.names, marks.birth), (marks.names, marks.home), (marks.birth, marks.home))
    for place, (one, other) in enumerate(pairs):
        if one and other:
            yield str(place), one, other
    for number in marks.numbers:
        yield "number", number


def learn(person: PersonRecord, row: ReferralRow, new_ids: Iterator[UUID], *, sole: bool) -> None:
    """Take over what the row tells of its person.

    `sole`: the row is a newer telling of the person’s only referral, so that a number or a `yes`
    it no longer gives is taken back.
    """
    details = with_news(person.details, details_of(row))
    if person.language_told_by_person:
        details = replace(details, language=person.details.language)
    if details != person.details:
        person.details, person.changed = details, True
        person.forget_marks()
    _learn_numbers(person, row, new_ids, sole=sole)
    _learn_profile(person, row, sole=sole)
    if row.suspect_phone:
        person.suspects.add(row.suspect_phone.number.e164)


def _learn_numbers(
    person: PersonRecord, row: ReferralRow, new_ids: Iterator[UUID], *, sole: bool
) -> None:
    """Numbers given now come first, in their order; others follow, or end if `sole`."""
    given = phones_of(row)
    person.forget_marks()
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
