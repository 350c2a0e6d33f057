"""`contactbot seed` and `contactbot referrals import`, as a person at the keyboard uses them."""

import json
from base64 import b64encode

import pytest
from click.testing import CliRunner

from contactbot.cli.referrals import referrals
from contactbot.cli.seed import seed

KEY = b64encode(b"k" * 32).decode()


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("CONTACTBOT_DATABASE_URL", database_url)
    monkeypatch.setenv("CONTACTBOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CONTACTBOT_ENCRYPTION_KEYS", KEY)
    monkeypatch.setenv("CONTACTBOT_INDEX_KEYS", KEY)
    monkeypatch.setenv("CONTACTBOT_NOW", "2026-03-23T09:00:00+00:00")
    return lambda *arguments: CliRunner().invoke(referrals, ["import", *map(str, arguments)])


def sample(tmp_path, *options):
    path = tmp_path / "sample.csv"
    arguments = ["--referrals", "60", "--seed", "5", "--out", str(path), *options]
    assert CliRunner().invoke(seed, arguments).exit_code == 0
    return path


def test_a_sample_file_goes_in_whole(run, tmp_path):
    result = run(sample(tmp_path), "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert (figures["read"], figures["accepted"], figures["rejected"]) == (60, 60, 0)
    assert figures["reject_file"] is None
    assert "60 rows read" in result.stderr


def test_a_dirty_file_leaves_its_rejects_beside_it(run, tmp_path):
    path = sample(tmp_path, "--dirty")
    figures = json.loads(run(path, "--json").stdout)
    assert (figures["read"], figures["accepted"], figures["rejected"]) == (81, 60, 21)
    assert figures["reject_file"] == str(tmp_path / "sample.rejects.csv")
    again = json.loads(run(figures["reject_file"], "--json").stdout)
    assert (again["read"], again["rejected"]) == (21, 21)


def test_a_dry_run_keeps_nothing(run, tmp_path):
    path = sample(tmp_path)
    assert json.loads(run(path, "--dry-run", "--json").stdout)["accepted"] == 60
    assert json.loads(run(path, "--json").stdout)["unchanged"] == 0


def test_a_file_refused_whole_ends_with_two_and_says_where(run, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_bytes(sample(tmp_path).read_bytes() + b"\xff\n")
    result = run(path, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Line 62" in result.stderr
    assert "--encoding" in result.stderr


def test_without_json_it_is_a_sentence(run, tmp_path):
    assert "60 rows read, 60 accepted" in run(sample(tmp_path)).stdout


def test_the_same_seed_writes_the_same_file(tmp_path):
    assert sample(tmp_path).read_bytes() == sample(tmp_path).read_bytes()
