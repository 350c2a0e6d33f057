"""`contactbot scripts` and `contactbot catalogues`, as typed."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactbot.cli.catalogues import catalogues
from contactbot.cli.scripts import SCRIPTS, scripts


def run(group, *words: str, keys: str = ""):
    return CliRunner().invoke(group, words, input=keys)


def test_the_shipped_scripts_are_proved():
    result = run(scripts, "check", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "scripts": ["initial_contact", "ring_back"],
        "faults": [],
    }


def test_faults_of_all_scripts_are_told_with_place_and_remedy(tmp_path: Path):
    shutil.copy(SCRIPTS / "ring_back.toml", tmp_path)
    text = (SCRIPTS / "initial_contact.toml").read_text(encoding="utf-8")
    (tmp_path / "early.toml").write_text(text.replace('next = "code"', 'next = "support"'), "utf-8")
    (tmp_path / "latin.toml").write_bytes("name = 'caffè'".encode("latin-1"))
    result = run(scripts, "check", str(tmp_path), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert {fault["rule"] for fault in told["faults"]} >= {"disclosure", "ladder", "encoding"}
    assert set(told["faults"][0]) == {"file", "line", "step", "rule", "message", "remedy"}


def test_a_script_without_welsh_is_not_usable(tmp_path: Path):
    text = (SCRIPTS / "ring_back.toml").read_text(encoding="utf-8")
    (tmp_path / "new.toml").write_text(text.replace("ring_back", "new_script"), "utf-8")
    result = run(scripts, "check", str(tmp_path))
    assert result.exit_code == 1
    assert "welsh_missing" in result.stdout


def test_a_folder_without_scripts_proves_nothing(tmp_path: Path):
    assert run(scripts, "check", str(tmp_path)).exit_code == 1


@pytest.mark.parametrize(
    ("language", "last_words"), [("en", "Thank you. Goodbye."), ("cy", "Diolch. Hwyl fawr.")]
)
def test_a_call_is_played_from_typed_keys(language, last_words):
    result = run(
        scripts, "play", "initial_contact", "--language", language, "--channel", "voice",
        keys="4321\n1\n2\n2\n",
    )  # fmt: skip
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-2:] == [f"  {language} {last_words}", "  == declined"]


def test_the_end_of_the_input_hangs_up():
    result = run(scripts, "play", "ring_back", "--language", "en", keys="")
    assert result.exit_code == 0
    result = run(scripts, "play", "initial_contact", "--language", "en", keys="4321\n")
    assert result.stdout.endswith("  == hung up\n")


def test_an_unknown_script_is_answered_with_the_names_of_the_known():
    result = run(scripts, "play", "nothing", "--language", "en")
    assert result.exit_code == 2
    assert "initial_contact, ring_back" in result.stderr


def test_the_catalogues_pass_their_check():
    result = run(catalogues, "check", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"faults": []})
