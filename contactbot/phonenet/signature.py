"""Twilio's request signature, made as Twilio makes it, and forged in every way a forger would."""

import base64
import hmac
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

Form = Sequence[tuple[str, str]]


class Forgery(StrEnum):
    """The ways in which a request can be signed wrongly; `NONE` is a true signature."""

    NONE = "none"
    NO_SIGNATURE = "no_signature"
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - the name of a forgery, not a secret
    WRONG_URL = "wrong_url"
    SWAPPED = "swapped"
    DUPLICATED = "duplicated"
    BOUNDARY = "boundary"


def signed_url(url: str) -> str:
    """The URL as a voice request signs it: no fragment, no user, and over HTTPS no port."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and parts.port is not None:
        host = host.rpartition(":")[0]
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def sign(token: str, url: str, form: Form) -> str:
    """The value of `X-Twilio-Signature` for a form posted to `url` (no fields for a GET).

    Names are sorted by code point; of a repeated name each distinct value counts once, sorted.
    """
    text = signed_url(url) + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def forge(forgery: Forgery, token: str, url: str, form: Form) -> tuple[str | None, Form]:
    """The signature and the form that a forger would send, signed first and bent afterwards."""
    match forgery:
        case Forgery.NO_SIGNATURE:
            return None, form
        case Forgery.WRONG_TOKEN:
            return sign(token[::-1] + "x", url, form), form
        case Forgery.WRONG_URL:
            return sign(token, url + "x", form), form
        case _:
            return sign(token, url, form), BENT.get(forgery, tuple)(form)


def _swapped(form: Form) -> Form:
    """Two different values change places."""
    pairs = list(form)
    first = pairs[0]
    for place, (name, value) in enumerate(pairs[1:], start=1):
        if value != first[1]:
            pairs[0], pairs[place] = (first[0], value), (name, first[1])
            break
    return pairs


def _moved_boundary(form: Form) -> Form:
    """Name and value run together in what is signed, so a letter may move from one to the other.

    This one carries a *valid* signature: only a reader who looks for the name can notice.
    """
    (name, value), *rest = form
    return [(name[:-1], name[-1] + value), *rest]


def _duplicated(form: Form) -> Form:
    """One name twice, the second time with another value."""
    return [*form, (form[0][0], form[0][1] + "0")]


BENT: Mapping[Forgery, Callable[[Form], Form]] = MappingProxyType(
    {
        Forgery.SWAPPED: _swapped,
        Forgery.DUPLICATED: _duplicated,
        Forgery.BOUNDARY: _moved_boundary,
    }
)
