"""Fetches the front-end files we ship, without the brand of GOV.UK, and writes what they are.

Run it by hand when a newer version is wanted; needs npm. What it writes is committed.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "contactbot" / "web" / "static" / "vendor"
PACKAGE, VERSION = "govuk-frontend", "6.6.0"
STYLES = "package/dist/govuk/govuk-frontend.min.css"


def unbranded(css: str) -> str:
    """The styles without the fonts, crest and pictures that are kept for GOV.UK itself."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = re.sub(r'"?GDS Transport"?,\s*', "", css)
    css = re.sub(r"\.govuk-footer__crown\{[^}]*\}", "", css)
    css = re.sub(r"[a-z-]+:[^;{}]*url\(/assets/[^)]*\)[^;}]*;?", "", css)
    return re.sub(r"/\*#[^*]*\*/", "", css)


def fetch(folder: Path) -> tuple[str, str]:
    """The styles as published, and the integrity hash of their package."""
    order = ["npm", "pack", f"{PACKAGE}@{VERSION}", "--json", "--silent"]
    told = subprocess.run(order, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603
    answer = json.loads(told.stdout)
    packed = answer[0] if isinstance(answer, list) else next(iter(answer.values()))
    with tarfile.open(folder / packed["filename"]) as archive:
        member = archive.extractfile(STYLES)
        assert member is not None  # noqa: S101
        return member.read().decode(), packed["integrity"]


def main() -> None:
    """Fetch, change, write the file and its record."""
    with tempfile.TemporaryDirectory() as folder:
        css, integrity = fetch(Path(folder))
    body = unbranded(css).encode()
    VENDOR.mkdir(parents=True, exist_ok=True)
    (VENDOR / "govuk-frontend.css").write_bytes(body)
    record = {
        "govuk-frontend.css": {
            "package": PACKAGE,
            "version": VERSION,
            "licence": "MIT",
            "integrity": integrity,
            "sha256": hashlib.sha256(body).hexdigest(),
            "bytes": len(body),
        }
    }
    (VENDOR / "VENDOR.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    sys.stdout.write(f"{len(body)} bytes\n")


if __name__ == "__main__":
    main()
