"""A handset that a visitor holds: it waits, in real time, for what they do with it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contactbot.phonenet.twiml import Gather


class Doing(StrEnum):
    """What a visitor can do with a handset that rings or talks."""

    ANSWER = "answer"
    HANG_UP = "hang_up"
    PRESS = "press"


class HungUp(Exception):
    """The person at the handset has hung up, or did not want the call."""


@dataclass(slots=True)
class Hand:
    """One handset during one call. Every wait ends with `HungUp` once the visitor hangs up."""

    _answered: asyncio.Event = field(default_factory=asyncio.Event)
    _put_down: asyncio.Event = field(default_factory=asyncio.Event)
    _pressed: asyncio.Event = field(default_factory=asyncio.Event)
    _keys: list[str] = field(default_factory=list)

    def do(self, doing: Doing, keys: str = "") -> None:
        """What the visitor does; ValueError for a key that no telephone has."""
        match doing:
            case Doing.ANSWER:
                self._answered.set()
            case Doing.HANG_UP:
                self._put_down.set()
            case Doing.PRESS:
                if not keys or set(keys) - set("0123456789*#"):
                    raise ValueError("the keys of a telephone are 0 to 9, * and #")
                self._keys += keys
                self._pressed.set()

    async def answers_within(self, seconds: float) -> bool:
        """Whether the visitor picks up before the caller gives up."""
        return await self._until(self._answered.wait(), seconds)

    async def listen(self, seconds: float) -> None:
        """Listen so long, or until a key is pressed, which cuts the words short."""
        await self._until(self._pressed.wait(), seconds)

    async def holds_for(self, seconds: float) -> None:
        """Stay on the line so long, whatever keys are pressed."""
        await self._until(asyncio.sleep(seconds), seconds)

    async def keys_for(self, gather: Gather) -> tuple[str, str]:
        """Digits, and the key that finished them if one did, as a Gather takes them.

        `gather.timeout` seconds may pass before each key.
        """
        digits = ""
        while await self._until(self._pressed.wait(), gather.timeout):
            key = self._take()
            if gather.finish_on_key and key in gather.finish_on_key:
                return digits, key
            digits += key
            if gather.digits is not None and len(digits) == gather.digits:
                break
        return digits, ""

    def _take(self) -> str:
        key = self._keys.pop(0)
        if not self._keys:
            self._pressed.clear()
        return key

    async def _until(self, happens: Coroutine[Any, Any, Any], seconds: float) -> bool:
        waiting = asyncio.ensure_future(happens)
        ending = asyncio.ensure_future(self._put_down.wait())
        try:
            done, _ = await asyncio.wait(
                {waiting, ending}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waiting.cancel()
            ending.cancel()
        if ending in done:
            raise HungUp
        return waiting in done
