"""The ``reminderd`` command. Commands are thin; what they need is imported when they run."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from contextlib import redirect_stdout
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from .. import __version__
from ..errors import ConfigError, ReminderdError, UsageError
from ..redaction import redact
from ..service.log import bend_streams
from .attention import ack, snooze, unsnooze
from .balance import balance
from .billing import bill
from .common import DATE, common, config_file_of, config_option, echo, looking, print_json
from .completion import channel_names, completion, loan_ids
from .debits import failed
from .doctor import doctor
from .explain import explain
from .figures import presets, quote, reconcile
from .init import init
from .letter import letter
from .negotiation import extension, settle, waive
from .outbox import outbox
from .payments import pay, undo
from .plan import plan
from .restore import restore

if TYPE_CHECKING:
    from ..alerts.channel import Recipient
    from ..app import App


class _Group(click.Group):
    """Turns every error into one sentence and an exit code; a traceback never reaches a user."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ReminderdError as error:
            echo(str(error), err=True)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            if error.filename is None or os.environ.get("REMINDERD_DEBUG"):
                self._tell_of_mistake(ctx, error)
            echo(f"{error.filename}: {error.strerror} (is it yours to use?)", err=True)
            ctx.exit(1)
        except Exception as error:
            self._tell_of_mistake(ctx, error)

    @staticmethod
    def _tell_of_mistake(ctx: click.Context, error: Exception) -> NoReturn:
        if os.environ.get("REMINDERD_DEBUG"):
            echo(redact(traceback.format_exc()), err=True)
        else:
            echo(
                f"reminderd met a mistake of its own ({type(error).__name__}); nothing was lost. "
                "Set REMINDERD_DEBUG=1 to see where, and please report it.",
                err=True,
            )
        ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@config_option
@click.version_option(__version__, message="reminderd %(version)s")
@click.pass_context
def cli(ctx: click.Context, config_file: str | None) -> None:
    """Never be surprised by a due date, or by what being late costs.

    reminderd reads your loans from a TOML file, watches their due dates and tells you what you
    owe today, what one more day costs, and what to do next.

    \b
    Start here:
      reminderd init        a few questions make a configuration
      reminderd check       is the configuration right, and what happens next?
      reminderd test        does a message reach me?
      reminderd run         watch and remind, in the foreground

    Exit codes: 0 done, 1 failed, 2 wrong usage, 78 configuration cannot be used.
    """  # noqa: D301  # the backslash is click's mark for lines to be kept
    ctx.obj = config_file


@cli.command()
@common
@click.option("--once", is_flag=True, help="Do one pass over what is due, then end: for cron.")
@click.option(
    "--take-over", is_flag=True, help="Where the store belongs to another file: let it be this one."
)
def run(config_file: str | None, as_json: bool, once: bool, take_over: bool) -> None:
    """Watch the loans and send what is due.

    Runs in the foreground until it gets SIGTERM or Ctrl+C; systemd/ holds units that start it
    at boot. SIGHUP, or saving the file, makes it read the configuration again. A configuration
    that is broken later does not stop it: it goes on with the last good one, and says so.
    """
    if take_over:
        from ..service.belonging import claim
        from ..state import state_folder

        claim(state_folder(), config_file_of(config_file), take_over=True)
    if once:
        _run_once(config_file, as_json=as_json)
        return
    if as_json:
        raise UsageError("--json goes with --once: a daemon has no result to print")
    from ..service.launch import become

    become("reminderd.service.daemon", "--config", str(config_file_of(config_file).absolute()))


def _run_once(config_file: str | None, *, as_json: bool) -> None:
    from ..app import App
    from ..clock import Clock
    from ..service.heartbeat import beat
    from ..service.log import set_up_logging
    from ..service.worker import read_config, run_pass, status_line
    from ..state import state_folder
    from . import views

    set_up_logging()
    folder = state_folder()
    config, verdict = read_config(config_file_of(config_file), folder)
    if verdict:
        echo(f"{verdict}\nrunning on with the last good configuration", err=True)
    app = App.open(config, Clock(), folder)
    # What a channel prints is no part of the JSON.
    with redirect_stdout(sys.stderr if as_json else sys.stdout):
        outcome = run_pass(app, folder)
    if as_json:
        print_json(views.pass_json(app, outcome))
    else:
        echo(f"sent {outcome.sent}; {status_line(app, outcome.following)}", err=True)
    if config.heartbeat:
        beat(config.heartbeat, well=not outcome.trouble and not app.nobody_reached())
    app.database.close()
    if outcome.hung:
        sys.stdout.flush()
        os._exit(1)
    if verdict or config.desk.faults:
        sys.exit(ConfigError.exit_code)


@cli.command()
@common
def check(config_file: str | None, as_json: bool) -> None:
    """Say whether the configuration is right, what is active, and what fires next.

    Every mistake is listed as file:line:column with what to write instead. Nothing is sent and
    nothing is changed.
    """
    from . import views

    file = config_file_of(config_file)
    try:
        app = _checked(file)
    except ConfigError as error:
        if as_json:
            print_json({"ok": False, "file": str(file), "problems": views.problems(error)})
        else:
            echo(str(error))
        sys.exit(error.exit_code)
    if as_json:
        print_json(views.check_json(app))
    else:
        echo(views.check_text(app))


def _checked(file: Path) -> App:
    from ..app import App
    from ..clock import Clock
    from ..config.load import load_file

    app = App.look(load_file(file, _complaint), Clock())
    if app.config.desk.templates is not None:
        _rehearsed(app)
    return app


def _complaint(recipient: Recipient) -> str | None:
    """Return what is wrong with a recipient's target; Apprise is imported where there is one."""
    from ..delivery.transport import verify

    return verify(recipient)


def _rehearsed(app: App) -> None:
    """Raise ConfigError where a template of the borrower's own would fail."""
    from ..config.rehearsal import rehearse
    from ..loans.trouble import sound

    if problems := rehearse(app.config.desk, sound(app.positions())):
        raise ConfigError(problems)


@cli.command()
@common
@click.option("--as-of", type=DATE, help="Another day than today.")
def status(config_file: str | None, as_json: bool, as_of: date | None) -> None:
    """Show every loan: what is owed today, how late it is, and when the next alert goes.

    Also each account: what leaves it next, and whether it holds enough; and the addresses at which
    messages fail for good.
    """
    from . import views

    app = looking(config_file)
    if as_json:
        print_json(views.status_json(app, as_of))
    else:
        views.print_status(app, as_of)


@cli.command()
@common
@click.option("--from", "start", type=DATE, help="First day to show; else from now on.")
@click.option(
    "--days",
    type=click.IntRange(1, 36500),
    default=30,
    show_default=True,
    help="How many days to show.",
)
@click.option("--full", is_flag=True, help="Print each message whole.")
def preview(
    config_file: str | None, as_json: bool, start: date | None, days: int, full: bool
) -> None:
    """Show exactly which messages will go, when, where and why, if nothing more is paid."""
    from . import views

    app = looking(config_file)
    begin = _start_of(app, start)
    if as_json:
        print_json(views.preview_json(app, begin, days, full=full))
    elif full:
        echo(views.preview_text(app, begin, days))
    else:
        views.print_preview(app, begin, days)


def _start_of(app: App, day: date | None) -> datetime:
    from datetime import time

    from ..alerts.wallclock import instant

    return app.clock.now() if day is None else instant(day, time(0), app.config.timezone)


@cli.command()
@click.argument("channel", shell_complete=channel_names, required=False)
@common
def test(channel: str | None, config_file: str | None, as_json: bool) -> None:
    """Send a real message over CHANNEL, or over every channel, and say how each address fared."""
    from . import views

    # What a channel prints is no part of the JSON.
    with redirect_stdout(sys.stderr if as_json else sys.stdout):
        app = looking(config_file)
        results = app.test(channel)
    if as_json:
        print_json(results)
    else:
        echo(views.test_text(results, app.config.locale))
    if not all(result["ok"] for result in results):
        sys.exit(1)


@cli.command()
@click.argument("loan", shell_complete=loan_ids, required=False)
@common
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="The most messages to show.",
)
@click.option("--full", is_flag=True, help="Print each message as it was sent, word for word.")
def history(
    loan: str | None, config_file: str | None, as_json: bool, limit: int, full: bool
) -> None:
    """Show what was sent about LOAN, or about every loan, the newest first."""
    from . import views

    app = looking(config_file)
    rows = app.sent(loan, limit)
    if loan is not None and not rows:  # of that id; it may have been removed since
        rows = app.sent(app.loan(loan).id, limit)
    if as_json:
        print_json(views.history_json(rows))
    else:
        views.print_history(app, rows, full=full)


for command in (
    *(
        init,
        quote,
        reconcile,
        plan,
        presets,
        pay,
        undo,
        bill,
        failed,
        balance,
        extension,
        waive,
        settle,
        letter,
    ),
    *(snooze, unsnooze, ack, explain, outbox, restore, doctor, completion),
):
    cli.add_command(command)


def _open_streams() -> None:
    """Give a process its standard streams, where whoever started it closed some.

    The next file to be opened would take their place, and what is said would go into that.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # which is the lowest free one
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def main() -> None:
    """Run the command line."""
    _open_streams()
    bend_streams()
    if os.getpid() == 1:  # which no signal ends by itself, as in a container
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        cli(prog_name="reminderd")
    except KeyboardInterrupt:  # before click was there to say so
        echo("Aborted!", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away; nobody is left to be told
        sys.exit(1)


if __name__ == "__main__":
    main()
