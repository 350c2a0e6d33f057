"""Check that nobody changed the audit trail."""

import json
import sys

import click

from contactbot.bootstrap import open_application
from contactbot.config import read_settings
from contactbot.operations.sealing import verify_audit
from contactbot.ports.audit import AnchorAway, AnchorBroken, Verdict


@click.group()
def audit() -> None:
    """The trail of who did what."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="The result alone, to stdout.")
def verify(*, as_json: bool) -> None:
    """Check every row against its seal, and the seals against the anchor; exit 1 if one is wrong.

    Rows younger than five seconds may wait for their seal; older ones without are a fault.
    """
    with open_application(read_settings()) as application:
        try:
            verdict = verify_audit(application.sealing)
        except (AnchorAway, AnchorBroken) as fault:
            raise click.ClickException(str(fault)) from fault
    click.echo(json.dumps(_facts(verdict)) if as_json else "\n".join(_sentences(verdict)))
    sys.exit(1 if verdict.faults or verdict.unsealed else 0)


def _facts(verdict: Verdict) -> dict[str, object]:
    head = verdict.head.seal.hex() if verdict.head else None
    facts = {"sealed": verdict.sealed, "unsealed": verdict.unsealed}
    return {**facts, "head": head, "faults": list(verdict.faults)}


def _sentences(verdict: Verdict) -> list[str]:
    told = [f"{verdict.sealed} rows are sealed."]
    if verdict.unsealed:
        told.append(f"{verdict.unsealed} rows are older than five seconds and have no seal.")
    return [*told, *(verdict.faults or ["No row was changed or taken away."])]
