"""``doctor``: is everything in place for the reminders to come?"""

from __future__ import annotations

import os
import sys

import click

from .common import common, config_file_of, echo, print_json


@click.command()
@common
def doctor(config_file: str | None, as_json: bool) -> None:
    """Check all that reminders depend on, and name the remedy of each problem.

    Clock, time zone, configuration and its permissions, the hosts of the channels, the store and
    its backups, the units of systemd, the daemon, what waits. Nothing is changed and no message
    is sent; each channel's host is connected to, no more. Ends with 1 where there is a problem.
    """
    from . import checkup
    from .findings import Level

    found = []
    colours = {Level.OK: "green", Level.WARNING: "yellow", Level.PROBLEM: "red"}
    colour = False if os.environ.get("NO_COLOR") else None  # None: where it is a terminal
    for finding in checkup.findings(config_file_of(config_file)):
        found.append(finding)
        if not as_json:
            echo(finding, fg=colours[finding.level], color=colour)
    if as_json:
        print_json(checkup.findings_json(found))
    sys.exit(0 if checkup.is_well(found) else 1)
