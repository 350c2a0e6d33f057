"""Where a demonstration is set: its folder, keys, addresses, the settings it leaves behind."""

import base64
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from contactbot.config import REMEMBERED, Settings, SettingsFault, read_settings

# A Monday morning before the spring clock change and Easter, so that both are passed on the way.
FIRST_MORNING = "2026-03-23T09:00:00+00:00"
DEFAULT_PORT = 8080


@dataclass(slots=True)
class Stage:
    """What the processes of a demonstration share."""

    data_dir: Path
    port: int
    database_url: str | None = field(repr=False)
    keys: dict[str, str] = field(repr=False)
    network_url: str = ""

    @property
    def logs(self) -> Path:
        """Where the children write."""
        return self.data_dir / "logs"

    @property
    def public_url(self) -> str:
        """The address the pretended network reaches us by."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def live_page(self) -> str:
        """Where a visitor watches."""
        return f"{self.public_url}/demonstration"

    @property
    def case_store(self) -> Path:
        """The folder that stands for the case store."""
        return (self.data_dir / "case-store").resolve()

    def network_secrets(self) -> dict[str, str]:
        """What the phone network signs with."""
        return {
            "PHONENET_ACCOUNT": self.keys["TWILIO_ACCOUNT_SID"],
            "PHONENET_TOKENS": self.keys["TWILIO_AUTH_TOKENS"],
        }

    def remember(self) -> None:
        """Write the settings where every other command finds them."""
        lines = self.keys | {
            "PUBLIC_URL": self.public_url,
            "TWILIO_API_URL": self.network_url,
            "CASE_STORE": f"folder:{self.case_store}",
            "NOW": FIRST_MORNING,
        }
        if self.database_url:
            lines["DATABASE_URL"] = self.database_url
        path = self.data_dir / REMEMBERED
        path.touch(mode=0o600)
        text = "".join(f"CONTACTBOT_{name}={value}\n" for name, value in lines.items())
        path.write_text("# Made by the demonstration; good for nothing else.\n" + text, "utf-8")

    def settings(self) -> Settings:
        """The settings as every child reads them."""
        return read_settings(
            {
                "CONTACTBOT_ENV_FILE": str(self.data_dir / REMEMBERED),
                "CONTACTBOT_DATA_DIR": str(self.data_dir),
            }
        )


def prepare_stage(settings: Settings, port: int | None) -> Stage:
    """A folder, fresh keys and a free port; refuses anything that could reach real people."""
    if settings.live_calls:
        raise SettingsFault("A demonstration never runs with CONTACTBOT_LIVE_CALLS=1.")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / "logs").mkdir(exist_ok=True)
    stage = Stage(settings.data_dir, free_port(port), settings.database_url, fresh_keys())
    stage.case_store.mkdir(exist_ok=True)
    return stage


def fresh_keys() -> dict[str, str]:
    """Secrets of one demonstration."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "SECRET_KEY": key(),
        "ENCRYPTION_KEYS": key(),
        "INDEX_KEYS": key(),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKENS": secrets.token_hex(16),
        "TWILIO_FROM": "+441632960000",
    }


def free_port(wanted: int | None) -> int:
    """The port asked for, or the usual one, or any that is free."""
    for port in (wanted,) if wanted else (DEFAULT_PORT, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise SettingsFault(f"Port {wanted} is in use; choose another with --port.")
