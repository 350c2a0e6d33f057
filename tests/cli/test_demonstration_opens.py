import sys
import webbrowser

import pytest

from contactbot.cli import demonstration


@pytest.mark.parametrize(
    ("terminal", "display", "platform", "opened"),
    [
        (True, ":0", "linux", True),
        (True, "", "darwin", True),
        (True, "", "linux", False),
        (False, ":0", "linux", False),
    ],
)
def test_a_browser_is_opened_only_for_somebody_in_front_of_a_screen(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, display: str, platform: str, opened: bool
) -> None:
    pages: list[str] = []
    monkeypatch.setattr(webbrowser, "open", pages.append)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    demonstration.show("http://127.0.0.1:1/demonstration")
    assert pages == (["http://127.0.0.1:1/demonstration"] if opened else [])
