"""What the provider’s codes for a text say about its number (twilio.com/docs/api/errors)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class TextFault(StrEnum):
    """Why a text did not arrive."""

    OPTED_OUT = "opted_out"  # the person stopped us at the provider: never again, on any channel
    NOT_A_MOBILE = "not_a_mobile"  # texts cannot reach this number; calls may
    WRONG_NUMBER = "wrong_number"  # nothing can reach this number
    AWAY = "away"  # a telephone that is off, or a carrier that does not say why: once more, later
    OTHER = "other"


_BY_CODE: Final[Mapping[int, TextFault]] = MappingProxyType(
    {
        21610: TextFault.OPTED_OUT,
        30004: TextFault.OPTED_OUT,
        21614: TextFault.NOT_A_MOBILE,
        21635: TextFault.NOT_A_MOBILE,
        30005: TextFault.NOT_A_MOBILE,
        30006: TextFault.NOT_A_MOBILE,
        13223: TextFault.WRONG_NUMBER,
        13224: TextFault.WRONG_NUMBER,
        13225: TextFault.WRONG_NUMBER,
        21211: TextFault.WRONG_NUMBER,
        21214: TextFault.WRONG_NUMBER,
        21216: TextFault.WRONG_NUMBER,
        21217: TextFault.WRONG_NUMBER,
        21401: TextFault.WRONG_NUMBER,
        30003: TextFault.AWAY,
        30008: TextFault.AWAY,
    }
)


def text_fault(code: int | None) -> TextFault:
    """What a code means; one nobody knows says nothing about the number."""
    return TextFault.OTHER if code is None else _BY_CODE.get(code, TextFault.OTHER)
