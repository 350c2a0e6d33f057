"""Whether a webhook really comes from the telephone provider, and speaks of our account.

The rule is the provider's (twilio.com/docs/usage/security): base64 of HMAC-SHA1 under an auth
token, over the public address and the sorted form fields. The public address is the configured
one: what the request claims about host and scheme is not believed.
"""

import base64
import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

Params = Sequence[tuple[str, str]]

# Fields that decide something. The signature covers a repeated value once, so a repetition could
# be added without breaking it; a field we know must therefore stand alone.
KNOWN_FIELDS = frozenset(
    {
        "AccountSid",
        "AnsweredBy",
        "ApiVersion",
        "Body",
        "CallDuration",
        "CallSid",
        "CallStatus",
        "Called",
        "Caller",
        "Digits",
        "Direction",
        "Duration",
        "ErrorCode",
        "FinishedOnKey",
        "From",
        "MessageSid",
        "MessageStatus",
        "SequenceNumber",
        "SipResponseCode",
        "SmsSid",
        "SmsStatus",
        "Timestamp",
        "To",
        "msg",
    }
)

# The signed text has no separators, so a field's end can be moved into the next one. Where a value
# decides something, only these characters can be part of it.
SHAPES = {
    "CallDuration": frozenset("0123456789"),
    "CallSid": frozenset("0123456789abcdefABCDEF"),
    "CallStatus": frozenset("abcdefghijklmnopqrstuvwxyz-"),
    "Digits": frozenset("0123456789*#ABCDabcdw"),
    "SequenceNumber": frozenset("0123456789"),
    "SipResponseCode": frozenset("0123456789"),
}


class Signatures:
    """Judges webhooks by every auth token in use (two while one is being replaced).

    Without a token, an account or a public address every webhook is refused.
    """

    def __init__(self, tokens: Sequence[str], account_sid: str, public_url: str) -> None:
        self._tokens = tuple(token.encode() for token in tokens if token)
        self._account_sid = account_sid
        self._bases = bases_of(public_url)

    def valid(self, path_and_query: str, params: Params, signature: str) -> bool:
        """Whether the request is the provider's, whole and about our account.

        `path_and_query` is what the request line held, byte for byte; `params` are all fields of
        the form in any order, blank ones included.
        """
        if not signature or not path_and_query.startswith("/"):
            return False
        given = signature.encode("utf-8", "replace")
        fields = signed_fields(params)
        path = path_and_query.partition("#")[0]
        matches = [
            hmac.compare_digest(sign(token, base + path + fields), given)
            for token in self._tokens
            for base in self._bases
        ]
        return any(matches) and self._ours(params)

    def _ours(self, params: Params) -> bool:
        known = [(name, value) for name, value in params if name in KNOWN_FIELDS]
        fields = dict(known)
        return (
            len(fields) == len(known)
            and bool(self._account_sid)
            and fields.get("AccountSid") == self._account_sid
            and all(SHAPES[name].issuperset(value) for name, value in known if name in SHAPES)
        )


def sign(token: bytes, text: str) -> bytes:
    """The provider's signature of a request, as the header holds it."""
    return base64.b64encode(hmac.digest(token, text.encode("utf-8", "replace"), "sha1"))


def signed_fields(params: Params) -> str:
    """The form as it is signed: names in order of code points, each distinct value once."""
    return "".join(name + value for name, value in sorted(set(params)))


def bases_of(public_url: str) -> tuple[str, ...]:
    """The addresses the provider may have signed for one public address: with and without a port.

    Calls over https are signed without a port, calls over http and messages with the one written.
    """
    parts = urlsplit(public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ()
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = parts.path.rstrip("/")
    return (f"{parts.scheme}://{host}{path}", f"{parts.scheme}://{host}:{port}{path}")
