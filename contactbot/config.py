"""Settings, read once from the environment or the file it names; a wrong one stops the start."""

import base64
import binascii
import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "CONTACTBOT_"
TWILIO_API_URL = "https://api.twilio.com"
DEFAULT_DATA_DIR = "var"
# The demonstration leaves its settings here, so that every command works on what it left.
REMEMBERED = "demonstration.env"

# Names later parts of the product read; known today so that a settings file need not change.
_RESERVED = frozenset(
    [
        "LOGO",
        "TWILIO_MESSAGING_SERVICE",
        "TWILIO_API_KEY",
        "TWILIO_API_SECRET",
        "TWILIO_TWIML_APP",
        "OIDC_ISSUER",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "LEDGER",
        "CHROMIUM",
        "TRACE",
    ]
)

_NEVER_LIVE = ("NOW", "FAULTS", "CHROMIUM", "TRACE")


class SettingsFault(Exception):
    """A setting is missing or wrong; the text names it and says what to do, never its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; each field is the environment name without its prefix, in lower case."""

    database_url: str | None = field(default=None, repr=False)
    data_dir: Path = Path(DEFAULT_DATA_DIR)
    secret_key: str | None = field(default=None, repr=False)
    encryption_keys: tuple[bytes, ...] = field(default=(), repr=False)
    index_keys: tuple[bytes, ...] = field(default=(), repr=False)
    public_url: str | None = None
    scripts_dir: Path = Path(__file__).resolve().parent.parent / "scripts"
    home_force: str = "gwent"
    twilio_account_sid: str | None = None
    twilio_auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    twilio_from: str | None = None
    twilio_api_url: str = TWILIO_API_URL
    live_calls: bool = False
    case_store: str | None = field(default=None, repr=False)
    audit_anchor: Path | None = None
    metrics_token: str | None = field(default=None, repr=False)
    now: datetime | None = None
    clock_speed: float = 1.0
    faults: str | None = None

    def require(self, *names: str) -> None:
        """Stop with a sentence naming the first of these settings that is missing."""
        for name in names:
            if not getattr(self, name):
                raise SettingsFault(
                    f"{PREFIX}{name.upper()} is not set. Set it in the environment or in the file"
                    f" named by {PREFIX}ENV_FILE; it has no default."
                )


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings; raises `SettingsFault` for the first that is wrong."""
    named = _gather(os.environ if environ is None else environ)
    _refuse_unknown(named)
    given = {name: text for name, text in named.items() if text.strip()}
    values = {name: _read(name, text) for name, text in given.items() if name not in _RESERVED}
    settings = Settings(**{name.lower(): value for name, value in values.items()})  # type: ignore[arg-type]
    _refuse_unsafe(settings, given)
    return settings


def child_environment(data_dir: Path) -> dict[str, str]:
    """What a child process of a demonstration inherits: no setting but where to find them all."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return kept | {f"{PREFIX}DATA_DIR": str(data_dir)}


def has_display() -> bool:
    """Whether this process could open a window (X11 or Wayland)."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _gather(environ: Mapping[str, str]) -> dict[str, str]:
    own = {name.removeprefix(PREFIX): v for name, v in environ.items() if name.startswith(PREFIX)}
    file = own.pop("ENV_FILE", None)
    data_dir = Path(own.get("DATA_DIR", DEFAULT_DATA_DIR))
    remembered = data_dir / REMEMBERED
    if file is not None:
        own = dict(_lines(Path(file))) | own
    elif remembered.exists() and "DATABASE_URL" not in own and "ENCRYPTION_KEYS" not in own:
        own = dict(_lines(remembered)) | own
    return own


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    try:
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsFault(f"{PREFIX}ENV_FILE cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise SettingsFault(f"{PREFIX}ENV_FILE is not a text in UTF-8.") from None
    for line in content.splitlines():
        name, _, value = line.strip().partition("=")
        if name and not name.startswith("#"):
            yield name.strip().removeprefix(PREFIX), value.strip()


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = {f.name.upper() for f in fields(Settings)} | _RESERVED
    for name in sorted(set(given) - known):
        near = difflib.get_close_matches(name, known, 1)
        hint = f" Did you mean {PREFIX}{near[0]}?" if near else ""
        raise SettingsFault(f"{PREFIX}{name} is not a setting.{hint}")


def _read(name: str, text: str) -> object:
    reader = _READERS.get(name, str)
    try:
        return reader(text)  # type: ignore[operator]
    except (ValueError, binascii.Error) as error:
        raise SettingsFault(f"{PREFIX}{name} is wrong: it must be {_SHAPES[name]}.") from error


def _keys(text: str) -> tuple[bytes, ...]:
    keys = tuple(base64.b64decode(part.strip(), validate=True) for part in text.split(","))
    if any(len(key) != 32 for key in keys):
        raise ValueError
    return keys


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    if parts.port == 0 or parts.username or parts.password:  # a port that is none raises itself
        raise ValueError
    return text.rstrip("/")


def _origin(text: str) -> str:
    """A scheme and a host, no more: the paths below it are the provider's."""
    url = _url(text)
    if urlsplit(url).path:
        raise ValueError
    return url


def _database(text: str) -> str:
    """Any writing of a PostgreSQL address, with the driver we use."""
    scheme, _, rest = text.partition("://")
    if not rest or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ValueError
    if urlsplit(text).port == 0:  # a port that is none raises itself
        raise ValueError
    return f"postgresql+psycopg://{rest}"


def _account(text: str) -> str:
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", text):
        raise ValueError
    return text


def _shown_number(text: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        raise ValueError
    return text


def _switch(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError
    return text == "1"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 100_000:
        raise ValueError
    return speed


def _store(text: str) -> str:
    kind, _, place = text.partition(":")
    if kind == "folder" and place.strip():
        return text
    parts = urlsplit(text)
    if not parts.hostname or parts.query or parts.fragment or parts.port == 0:
        raise ValueError
    if kind != "https" and not (kind == "http" and is_loopback(text)):
        raise ValueError
    return text


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


_READERS = {
    "DATABASE_URL": _database,
    "AUDIT_ANCHOR": Path,
    "DATA_DIR": Path,
    "SCRIPTS_DIR": Path,
    "ENCRYPTION_KEYS": _keys,
    "INDEX_KEYS": _keys,
    "PUBLIC_URL": _url,
    "TWILIO_API_URL": _origin,
    "TWILIO_ACCOUNT_SID": _account,
    "TWILIO_FROM": _shown_number,
    "TWILIO_AUTH_TOKENS": _tokens,
    "LIVE_CALLS": _switch,
    "CASE_STORE": _store,
    "NOW": _moment,
    "CLOCK_SPEED": _speed,
}
_SHAPES = {
    "DATABASE_URL": "a PostgreSQL address such as postgresql://user@host/name",
    "ENCRYPTION_KEYS": "base64 of 32 bytes, several separated by commas, newest first",
    "INDEX_KEYS": "base64 of 32 bytes, several separated by commas, newest first",
    "PUBLIC_URL": "an http or https address without query",
    "TWILIO_API_URL": "http or https and a host, without a path",
    "TWILIO_ACCOUNT_SID": "AC and 32 hexadecimal digits",
    "TWILIO_FROM": "a number such as +442920180000",
    "LIVE_CALLS": "1 or 0",
    "CASE_STORE": "folder:PATH or an https address (http on this machine only)",
    "AUDIT_ANCHOR": "a path",
    "DATA_DIR": "a path",
    "SCRIPTS_DIR": "a path",
    "NOW": "a date and time with its zone, such as 2026-03-23T09:00:00+00:00",
    "CLOCK_SPEED": "a number above 0, at most 100000",
}


def is_loopback(url: str) -> bool:
    """Whether the address names this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_unsafe(settings: Settings, given: Mapping[str, str]) -> None:
    loopback = is_loopback(settings.twilio_api_url)
    if settings.twilio_api_url.startswith("http:") and not loopback:
        raise SettingsFault(f"{PREFIX}TWILIO_API_URL must be https unless it is on this machine.")
    if not settings.live_calls:
        return
    for name in _NEVER_LIVE:
        if name in given:
            raise SettingsFault(f"{PREFIX}{name} is refused while live calling is on.")
    if settings.clock_speed != 1:
        raise SettingsFault(f"{PREFIX}CLOCK_SPEED is refused while live calling is on.")
    if settings.database_url is None:
        raise SettingsFault(
            f"{PREFIX}DATABASE_URL must be set for live calling: the embedded database is for"
            " trying things out, since it trusts whoever can reach its socket."
        )
    if settings.public_url is not None and not settings.public_url.startswith("https:"):
        raise SettingsFault(
            f"{PREFIX}PUBLIC_URL must be https for live calling: the keys people press come by it."
        )
