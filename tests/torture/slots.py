"""What a process was doing when it was killed: one shared line each, which outlives its writer."""

import mmap
import struct
import time
from dataclasses import dataclass
from uuid import UUID

LINE = struct.Struct("<16sBQ32s")
STOP_PLACE = 0
FIRST_LINE = 64
OUTSIDE, INTENDING, INSIDE = 0, 1, 2
# Passing these, a dispatcher is inside: its intent is committed and its id is not. Of several taken
# together the line names the last, which is unbound until all the others have been called.
ENTERS = frozenset({"after_intent", "before_post", "after_text_intent", "before_text_post"})
LEAVES = frozenset({"after_binding"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One line: the attempt in hand, how far it was, the last point passed and when (ns)."""

    attempt: UUID
    phase: int
    at_ns: int
    point: str


class Slots:
    """Lines of shared memory, one for each process that may live at a time, and a common wish."""

    def __init__(self, number: int) -> None:
        self._memory = mmap.mmap(-1, FIRST_LINE + number * LINE.size)
        self.free = list(range(number))

    def line(self, number: int) -> "Line":
        return Line(self._memory, FIRST_LINE + number * LINE.size)

    @property
    def stopping(self) -> bool:
        """Whether everybody is to finish what is in hand and go."""
        return self._memory[STOP_PLACE] == 1

    @stopping.setter
    def stopping(self, wish: bool) -> None:
        self._memory[STOP_PLACE] = int(wish)


class Line:
    """The line of one process."""

    def __init__(self, memory: mmap.mmap, place: int) -> None:
        self._memory = memory
        self._place = place

    def clear(self) -> None:
        self._write(b"\0" * 16, OUTSIDE, "")

    def intends(self, attempt: UUID) -> None:
        self._write(attempt.bytes, INTENDING, "")

    def passes(self, point: str) -> None:
        """A point of the protocol; what it says of inside and outside is kept with it."""
        attempt, phase, _, _ = LINE.unpack_from(self._memory, self._place)
        phase = INSIDE if point in ENTERS else OUTSIDE if point in LEAVES else phase
        self._write(attempt, phase, point)

    def leaves(self) -> None:
        """The dispatch is over, whatever came of it."""
        attempt, _, _, point = LINE.unpack_from(self._memory, self._place)
        self._memory[self._place : self._place + LINE.size] = LINE.pack(
            attempt, OUTSIDE, time.time_ns(), point
        )

    def read(self) -> Seen:
        attempt, phase, at_ns, point = LINE.unpack_from(self._memory, self._place)
        return Seen(UUID(bytes=attempt), phase, at_ns, point.rstrip(b"\0").decode())

    def _write(self, attempt: bytes, phase: int, point: str) -> None:
        self._memory[self._place : self._place + LINE.size] = LINE.pack(
            attempt, phase, time.time_ns(), point.encode()
        )
