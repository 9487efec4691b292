"""What a shell completes, asked by a real bash, and by the words that zsh and fish use."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from patience import PATIENCE

from reminderd.cli.main import cli

ASK = """\
eval "$(reminderd completion bash)"
COMP_WORDS=({words})
COMP_CWORD={last}
_reminderd_completion reminderd
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def complete(config):
    """Return a function that says what bash completes the last of some words to."""

    def ask(*words, **more):
        script = ASK.format(words=" ".join(f"'{word}'" for word in words), last=len(words) - 1)
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "REMINDERD_CONFIG": str(config),
            "HOME": str(config.parent),
            **more,
        }
        done = subprocess.run(
            ["bash", "-c", script],
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=environment,
        )
        assert done.stderr == ""
        return done.stdout.split()

    return ask


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
class TestBash:
    def test_commands_and_options_are_completed(self, complete):
        assert complete("reminderd", "pre") == ["presets", "preview"]
        assert complete("reminderd", "preview", "--fu") == ["--full"]
        assert complete("reminderd", "letter", "card", "--kind", "e") == ["extension"]

    def test_loans_channels_and_presets_are_completed(self, complete):
        assert complete("reminderd", "quote", "") == ["card", "weilidai"]
        assert complete("reminderd", "pay", "we") == ["weilidai"]
        assert complete("reminderd", "test", "s") == ["screen"]
        assert complete("reminderd", "presets", "weil") == ["weilidai", "weilidai-articles"]

    def test_the_configuration_that_is_named_counts(self, complete, tmp_path):
        other = tmp_path / "other.toml"
        other.write_text('[[loans]]\nid = "other"\n')
        assert complete("reminderd", "quote", "--config", str(other), "") == ["other"]
        assert complete("reminderd", "--config", str(other), "quote", "") == ["other"]

    @pytest.mark.parametrize(
        "text",
        ["loans = [", "loans = 3\nchannels = 4\n", "loans = [1, {id = 2}]\n", "\udcff", None],
        ids=["torn", "numbers", "odd lists", "no text", "no file"],
    )
    def test_a_configuration_that_cannot_be_read_completes_to_nothing(self, complete, config, text):
        if text is None:
            config.unlink()
        else:
            config.write_text(text, errors="surrogateescape")
        assert complete("reminderd", "quote", "") == []
        assert complete("reminderd", "test", "") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_ask_for_the_same(shell, config):
    environment = {
        "_REMINDERD_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "reminderd quote w",
        "COMP_CWORD": "2" if shell == "zsh" else "w",
        "REMINDERD_CONFIG": str(config),
        "HOME": str(config.parent),
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("reminderd")],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment,
    )
    assert "weilidai" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(shell):
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    assert f"_REMINDERD_COMPLETE={shell}_complete" in result.stdout


@pytest.mark.parametrize("command", list(cli.commands.values()), ids=lambda command: command.name)
def test_whatever_names_a_loan_or_a_channel_is_completed(command):
    for parameter in command.params:
        if parameter.name in {"loan", "channel"}:
            assert parameter._custom_shell_complete is not None


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("chekc",), "Did you mean 'check'?"),
        (("status", "--jsn"), "'--json'"),
        (("quote", "crad"), "did you mean 'card'?"),
        (("test", "scren"), "did you mean 'screen'?"),
        (("presets", "weilida"), "did you mean 'weilidai"),
        (("letter", "card", "--kind", "disput"), "did you mean 'dispute'?"),
        (("extension", "card", "aproved"), "did you mean 'approved'?"),
        (("completion", "bsh"), "did you mean 'bash'?"),
    ],
    ids=" ".join,
)
def test_a_slip_of_the_pen_is_told_what_was_meant(words, meant, config, refused):
    code, sentence = refused(*words)
    assert code == 2
    assert meant in sentence
