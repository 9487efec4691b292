"""Having systemd run reminderd: the user's unit with this machine's paths, and what root does."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from ..errors import ReminderdError

_UNIT = "reminderd.service"
_FILES = {"user": "reminderd-user.service", "system": "reminderd.service"}
_ENABLE = (("daemon-reload",), ("enable", "--now", "reminderd"))
_ETC, _SYSTEM = "/etc/reminderd", "/etc/systemd/system"
_PATIENCE = 60  # seconds for systemctl to answer


class ServiceError(ReminderdError):
    """systemd did not do what it was asked to."""


def packaged_unit(kind: str) -> Path:
    """Return where the unit is: in the installed package, else in the checkout."""
    package = Path(__file__).parents[1]
    places = [folder / "systemd" / _FILES[kind] for folder in (package, package.parent)]
    return next((place for place in places if place.exists()), places[0])


def program() -> list[str]:
    """Return the command that started this program, with its whole path."""
    script = shutil.which(sys.argv[0]) if sys.argv[0] else None
    if script and Path(script).name == "reminderd":
        return [str(Path(script).absolute())]
    return [sys.executable, "-m", "reminderd"]


def foreground(config: Path) -> str:
    """Return the command that runs the daemon in the foreground, as a shell takes it."""
    return shlex.join([*program(), "--config", str(config), "run"])


def unit_text(config: Path) -> str:
    """Return the user's unit for this program and this configuration."""
    command = " ".join(map(_quoted, [*program(), "--config", str(config), "run"]))
    text = packaged_unit("user").read_text("utf-8")
    about = re.sub(r"^#.*\n(#.*\n)*\n", "", text)  # how to install it by hand
    about = re.sub(r"(?m)^ExecStart=.*$", lambda _: f"ExecStart={command}", about)
    return re.sub(r"(?m)^Documentation=.*$", lambda _: f"Documentation={_url(config)}", about)


def _quoted(word: str) -> str:
    """Write a word as a unit's command line takes it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[\s\"'\\;]", word) else escaped


def _url(file: Path) -> str:
    return file.as_uri().replace("%", "%%")


def user_unit() -> Path:
    """Return where systemd looks for a user's own units."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
    return Path(config) / "systemd/user" / _UNIT


def commands() -> list[str]:
    """Return what starts the unit, now and at every login."""
    return [shlex.join(("systemctl", "--user", *arguments)) for arguments in _ENABLE]


def write_unit(config: Path) -> Path:
    """Put the user's unit in its place; return where that is."""
    place = user_unit()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(unit_text(config), "utf-8")
    except OSError as error:
        raise ServiceError(f"{error.filename}: {error.strerror}") from None
    return place


def has_systemctl() -> bool:
    """Return whether this machine has systemd's own command."""
    return shutil.which("systemctl") is not None


def start() -> None:
    """Have the user's systemd start the unit; ServiceError says why it would not."""
    for arguments in _ENABLE:
        try:
            done = subprocess.run(
                ["systemctl", "--user", *arguments],  # noqa: S607  # wherever the system has it
                check=False,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ServiceError(str(error)) from None
        if done.returncode:
            raise ServiceError(done.stderr.strip() or f"systemctl ended with {done.returncode}")


def for_root(config: Path, secret: Path | None) -> list[str]:
    """Return what root types to install the system's unit, with the secret as its credential."""
    unit = _copy("644", packaged_unit("system"), f"{_SYSTEM}/{_UNIT}")
    start = [shlex.join(("systemctl", *arguments)) for arguments in _ENABLE]
    own = _copy("644", config, f"{_ETC}/config.toml")
    moved = [config, *([secret] if secret else ())]
    # What root's commands find in root's home they would take for the service's.
    gone = [shlex.join(("rm", *map(str, moved)))] if os.geteuid() == 0 else []
    return [own, *(_hand_over(secret) if secret else ()), unit, *gone, *start]


def _hand_over(secret: Path) -> list[str]:
    """Return what hands a secret to a service that may read the configuration but no other file."""
    name, folder = secret.name, f"{_SYSTEM}/{_UNIT}.d"
    loaded = f"[Service]\\nLoadCredential={name}:{_ETC}/{name}\\n"
    return [
        _copy("600", secret, f"{_ETC}/{name}"),
        f"sed -i '/{{ file = \"{name}\" }}/s/file/credential/' {_ETC}/config.toml",
        f"install -d {folder}",
        f"printf '{loaded}' > {folder}/secret.conf",
    ]


def _copy(mode: str, source: Path, place: str) -> str:
    return shlex.join(("install", "-D", "-m", mode, str(source), place))
