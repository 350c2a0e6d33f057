"""How a demonstration begins and what came of it: an empty database, then figures and proofs."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from contactbot.bootstrap import Application
from contactbot.config import SettingsFault
from contactbot.database.invariant_scene import Evidence
from contactbot.database.invariants import check_invariants
from contactbot.database.migrate import downgrade, upgrade
from contactbot.database.queue_state import holds_real_data
from contactbot.operations.sealing import verify_audit
from contactbot.reports.summary import demonstration_summary
from contactbot.scripting.transcript import said_without_keys

_log = logging.getLogger("contactbot")


def start_afresh(application: Application) -> None:
    """An empty, migrated database with its calendar at the beginning."""
    if holds_real_data(application.engine):
        raise SettingsFault(
            "the database of CONTACTBOT_DATABASE_URL holds referrals that no demonstration"
            " made; a demonstration would delete them. Give it a database of its own."
        )
    upgrade(application.engine)
    downgrade(application.engine, "base")
    upgrade(application.engine)
    application.fix_clock()


def outcome(application: Application, network_url: str, logs: Sequence[Path]) -> dict[str, Any]:
    """The figures of a demonstration; what breaks an invariant is counted and logged.

    The phone network's ground truth is read here, so nothing may be in flight.
    """
    evidence = Evidence(
        calls=ground_truth(network_url, "calls"),
        texts=ground_truth(network_url, "texts"),
        bodies=application.rulebook.bodies,
        neutral_lines=frozenset(
            application.outreach.voice.heard(prompt)
            for script in (application.rulebook.script, application.rulebook.ring_back_script)
            for prompt in said_without_keys(script)
        ),
        log_files=tuple(logs),
        outbound_urls=(application.settings.twilio_api_url,),
        allowed_hosts=frozenset({"127.0.0.1", "localhost", "::1"}),
    )
    violations = check_invariants(
        application.engine, application.keyring, application.rulebook.policy, evidence
    )
    for violation in violations:
        _log.error("invariant_broken", extra=asdict(violation))
    changed = verify_audit(application.sealing).faults
    for fault in changed:
        _log.error("invariant_broken", extra={"invariant": "I15", "detail": fault})
    return demonstration_summary(application.figures, len(violations) + len(changed))


def ground_truth(network_url: str, what: str) -> Sequence[dict[str, Any]]:
    """Every call, or every text, as the phone network saw it."""
    with urlopen(f"{network_url}/_control/{what}", timeout=60) as answer:  # noqa: S310 - loopback
        found: list[dict[str, Any]] = json.load(answer)
        return found
