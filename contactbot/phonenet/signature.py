"""Twilio's request signature, made as Twilio makes it, and forged in every way a forger would."""

import base64
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
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
    # What a reader must not be misled by, or must accept.
    EMPTY_SIGNATURE = "empty_signature"
    TRUNCATED = "truncated"
    REMOVED = "removed"
    ADDED = "added"
    SHA256 = "sha256"  # the right token and text, but HMAC-SHA256
    JSON = "json"  # a true signature over a JSON body, named by bodySHA256 in the address
    JSON_OTHER_BODY = "json_other_body"  # that signature, and another body
    SECOND_TOKEN = "second_token"  # noqa: S105 - a true signature by the account's older token


@dataclass(frozen=True, slots=True)
class Forged:
    """A request as a forger would send it; `body`, if given, goes instead of the form."""

    url: str
    form: Form = field(repr=False)
    signature: str | None
    body: bytes | None = field(default=None, repr=False)


def signed_url(url: str) -> str:
    """The URL as a voice request signs it: no fragment, no user, and over HTTPS no port."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and parts.port is not None:
        host = host.rpartition(":")[0]
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def sign(token: str, url: str, form: Form, digest: str = "sha1") -> str:
    """The value of `X-Twilio-Signature` for a form posted to `url` (no fields for a GET).

    Names are sorted by code point; of a repeated name each distinct value counts once, sorted.
    """
    fields = "".join(name + value for name, value in sorted(set(form)))
    text = signed_url(url) + fields
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), digest)).decode()


def forge(forgery: Forgery, tokens: Sequence[str], url: str, form: Form) -> Forged:
    """What a forger would send, signed first and bent afterwards; `tokens` newest first."""
    honest = sign(tokens[0], url, form)
    if forgery in {Forgery.JSON, Forgery.JSON_OTHER_BODY}:
        return _as_json(tokens[0], url, form, other=forgery is Forgery.JSON_OTHER_BODY)
    bent = BENT.get(forgery, tuple)(form)
    missigned: Mapping[Forgery, str | None] = {
        Forgery.NO_SIGNATURE: None,
        Forgery.EMPTY_SIGNATURE: "",
        Forgery.TRUNCATED: honest[:-2],
        Forgery.WRONG_TOKEN: sign(tokens[0][::-1] + "x", url, form),
        Forgery.WRONG_URL: sign(tokens[0], url + "x", form),
        Forgery.SHA256: sign(tokens[0], url, form, "sha256"),
        Forgery.SECOND_TOKEN: sign(tokens[-1], url, form),
    }
    return Forged(url, bent, missigned.get(forgery, honest))


def _as_json(token: str, url: str, form: Form, *, other: bool) -> Forged:
    """Twilio's way with a JSON body: its hash stands in the address, and the address is signed."""
    body = json.dumps(dict(form)).encode()
    joint = "&" if "?" in url else "?"
    address = f"{url}{joint}bodySHA256={sha256(body).hexdigest()}"
    sent = body.replace(b"}", b', "x": 1}') if other else body
    return Forged(address, (), sign(token, address, ()), body=sent)


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
        Forgery.REMOVED: lambda form: tuple(form[1:]),
        Forgery.ADDED: lambda form: (*form, ("Added", "1")),
    }
)
