"""What an import remembers of every row it has seen, in a few bytes each, however long the file."""

from array import array
from typing import Final

_WIDEST: Final = (1 << 64) - 1
_FIRST_SIZE: Final = 1 << 12


class NumberMap:
    """Small numbers by numbers of 64 bits, in two flat arrays; what is not there is 0.

    A place is looked for from the key’s own on, until the key or a free place is found.
    """

    __slots__ = ("_count", "_keys", "_most", "_values")

    def __init__(self, value_bits: int) -> None:
        """Make room for values of 8 or of 32 bits."""
        self._count = 0
        self._most = (1 << value_bits) - 1
        self._keys = array("Q", bytes(8 * _FIRST_SIZE))
        self._values = array({8: "B", 32: "I"}[value_bits], bytes(value_bits // 8 * _FIRST_SIZE))

    def get(self, key: int) -> int:
        """The number kept for a key (of which the lowest 64 bits count), or 0."""
        return self._values[self._place(key & _WIDEST or 1)]

    def put(self, key: int, value: int) -> None:
        """Keep a number other than 0, of which the lowest bits count."""
        key = key & _WIDEST or 1
        place = self._place(key)
        if not self._keys[place]:
            self._keys[place] = key
            self._count += 1
        self._values[place] = value & self._most or 1
        if self._count * 3 > len(self._keys) * 2:
            self._grow()

    def _place(self, key: int) -> int:
        keys, last = self._keys, len(self._keys) - 1
        place = key & last
        while (there := keys[place]) and there != key:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        keys, values = self._keys, self._values
        self._keys = array("Q", bytes(2 * 8 * len(keys)))
        self._values = array(values.typecode, bytes(2 * values.itemsize * len(values)))
        for key, value in zip(keys, values, strict=True):
            if key:
                place = self._place(key)
                self._keys[place], self._values[place] = key, value


class Accepted:
    """The referrals an import has taken in, and how many of them wait for a person’s decision."""

    __slots__ = ("_marks", "held")

    def __init__(self) -> None:
        self._marks = NumberMap(8)
        self.held = 0

    def taken(self, number: int) -> None:
        """A referral was accepted; `number` tells it from every other."""
        self._mark(number, 1)

    def is_held(self, number: int) -> None:
        """A referral is held, whether it was accepted in this import or before."""
        self._mark(number, 2)

    def _mark(self, number: int, mark: int) -> None:
        before = self._marks.get(number)
        if not before & mark:
            self._marks.put(number, before | mark)
            self.held += before | mark == 3
