"""The command as a process of its own: what only a real one shows."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE

from reminderd import __version__

SOON = 'locale = "en"\n[[loans]]\nid = "a"\nname = "微粒贷 ▶"\ndue = 2026-12-05\namount = 5\n'


@pytest.fixture
def command(tmp_path):
    """Return a function that starts reminderd on a configuration."""

    def start(*arguments, text=SOON, **options):
        path = tmp_path / "config.toml"
        if text is not None:
            path.write_text(text)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "STATE_DIRECTORY": str(tmp_path / "state"),
            "REMINDERD_CONFIG": str(path),
            **options.pop("env", {}),
        }
        return subprocess.Popen(
            [sys.executable, "-m", "reminderd", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )

    return start


def finish(process, encoding="utf-8"):
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out.decode(encoding), err.decode(encoding)


def test_the_package_is_the_command(command):
    assert finish(command("--version")) == (0, f"reminderd {__version__}\n", "")


def test_the_script_is_installed():
    script = Path(sys.executable).with_name("reminderd")
    done = subprocess.run([script, "--version"], capture_output=True, timeout=PATIENCE, check=True)
    assert done.stdout.decode() == f"reminderd {__version__}\n"


def test_a_check_ends_with_its_exit_code(command):
    code, out, err = finish(command("check", text='locale = "de"\n'))
    assert code == 78
    assert "locale: 'de' is not a known language" in out
    assert err == ""


def test_a_quote_of_now_works_without_a_terminal(command):
    code, out, err = finish(command("quote", "a"))
    assert (code, err) == (0, "")
    assert out.startswith("微粒贷 ▶: ")


def test_a_table_without_a_terminal_is_not_cut_off(command):
    code, out, _ = finish(command("status", env={"COLUMNS": "40"}))
    assert code == 0
    assert "微粒贷 ▶\ta" in out


def test_a_terminal_that_lacks_a_letter_gets_the_figure_all_the_same(command):
    process = command("quote", "a", env={"PYTHONIOENCODING": "gbk"})
    code, out, err = finish(process, encoding="gbk")
    assert (code, err) == (0, "")
    assert out.startswith("微粒贷 ?: ")
    assert "5.00" in out


def test_a_reader_that_went_away_is_no_mistake(command):
    process = command("preview", "--days", "3650", "--full")
    process.stdout.close()
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (1, b"")


def test_the_daemon_without_a_configuration_names_the_remedy(command):
    code, out, err = finish(command("run", text=None))
    assert code == 78
    assert out == ""
    assert "there is no such file (`reminderd init` makes one; or give --config FILE)" in err
    assert "Traceback" not in err


def test_a_key_of_the_home_folders_of_nobody_is_no_mistake_of_the_program(command):
    text = '[channels.a]\nurl = { file = "~nobody-has-this-name/x" }\n'
    code, out, _ = finish(command("check", text=text))
    assert code == 78
    assert "nobody knows that home folder" in out


@pytest.mark.parametrize("name", ["status", "preview", "history", "outbox", "explain"])
def test_nothing_is_imported_to_draw_where_nothing_is_drawn(tmp_path, name):
    path = tmp_path / "config.toml"
    path.write_text(SOON)
    arguments = [name, "a"] if name == "explain" else [name]
    code = (
        "import sys; from reminderd.cli.main import cli; "
        f"cli(['--config', {str(path)!r}, *{arguments!r}], standalone_mode=False); "
        "sys.exit('rich' in sys.modules)"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    subprocess.run(
        command, check=True, env=environment, stdout=subprocess.DEVNULL, timeout=PATIENCE
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
def test_ctrl_c_in_the_first_moments_is_no_traceback(command):
    process = command("status")
    status = Path(f"/proc/{process.pid}/status")
    while not _holds_back(status, signal.SIGINT) and process.poll() is None:
        pass  # the interpreter has not come to us yet
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert (code, err) == (1, "Aborted!\n")


def _holds_back(status, number):
    [mask] = [line.split()[1] for line in status.read_text().splitlines() if "SigBlk" in line]
    return bool(int(mask, 16) >> (number - 1) & 1)
