"""What we serve is what we vendored, without the brand that is not ours to use."""

import hashlib
import json
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "contactbot" / "web" / "static"
VENDOR = STATIC / "vendor"
RECORDS = json.loads((VENDOR / "VENDOR.json").read_text("utf-8"))
SERVED = sorted(path for path in STATIC.rglob("*.*") if path.suffix in {".css", ".js", ".svg"})


@pytest.mark.parametrize("name", RECORDS)
def test_a_vendored_file_is_the_one_recorded(name):
    body = (VENDOR / name).read_bytes()
    assert hashlib.sha256(body).hexdigest() == RECORDS[name]["sha256"]
    assert RECORDS[name]["licence"]


def test_every_vendored_file_is_recorded():
    code = {path.name for path in SERVED if path.parent == VENDOR}
    assert code == set(RECORDS)


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
def test_no_served_file_has_the_brand_of_another_site(path):
    assert not re.search(r"GDS|crown|crest|/assets/|url\(.?http|@import", path.read_text())
