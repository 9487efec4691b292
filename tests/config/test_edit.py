"""Writing terms into the user's own file: what is changed, and that nothing else is."""

import os
import resource
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from reminderd.config.edit import with_terms, write_terms, written
from reminderd.config.load import load_file, load_text
from reminderd.errors import ConfigError, UsageError
from reminderd.loans.reconcile import Change
from reminderd.loans.terms import USUAL_GRACE, GraceMode, Penalty, PenaltyRule

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

MINE = """\
# 我的贷款
timezone = "Asia/Shanghai"

[[loans]]
id = "card"
due = 2026-12-05
amount = '1234.00'                   # 账单金额
penalty.daily_rate = "0.05%"         # of what is overdue

# ─── the other one ───
[[loans]]
id = "line"
amount = "90.00"
due = 2026-12-07
day_count = "30/360"                 # theirs, not the card's
"""


def change(key, value):
    return Change(key, value, key, 1)


COUNT = change("day_count", "ACT/360")
DAILY = change("penalty.daily_rate", Decimal("0.0003"))
TIMES = change("penalty.multiple_of_contract", Decimal("1.5"))
STOPS = change("contract_interest_continues", False)
NO_GRACE = change("grace_days", 0)
COVERS = change("grace_covers", ["fee", "reporting"])


# ─── What stands in the file afterwards ───

BEFORE_AND_AFTER = {
    "a value is replaced where it stands, and keeps its comment": (
        [COUNT],
        """\
[[loans]]
id = "a"
day_count = "30/360"   # as agreed
due = 2026-12-05
""",
        """\
[[loans]]
id = "a"
day_count = "ACT/360"   # as agreed
due = 2026-12-05
""",
    ),
    "a new key goes below the last one, above the comments of the next loan": (
        [COUNT, NO_GRACE],
        """\
[[loans]]
id = "a"
due = 2026-12-05

# ─── 下一笔 ───
[[loans]]
id = "b"
""",
        """\
[[loans]]
id = "a"
due = 2026-12-05
day_count = "ACT/360"
grace_days = 0

# ─── 下一笔 ───
[[loans]]
id = "b"
""",
    ),
    "another rule takes the place of a dotted one": (
        [TIMES],
        """\
[[loans]]
id = "a"
penalty.daily_rate = "0.05%"   # see page 3
due = 2026-12-05
""",
        """\
[[loans]]
id = "a"
penalty.multiple_of_contract = 1.5   # see page 3
due = 2026-12-05
""",
    ),
    "another value of the same rule in quoted and spaced keys": (
        [DAILY],
        """\
[[loans]]
"id"='a'
penalty . "daily_rate"="0.05%"# see page 3
""",
        """\
[[loans]]
"id"='a'
penalty . "daily_rate"="0.03%"# see page 3
""",
    ),
    "another rule in a sub-table keeps the comments around it, and the next loan's": (
        [TIMES],
        """\
[[loans]]
id = "a"

# what being late costs
[loans.penalty]   # 合同第5条
# a day
daily_rate = "0.05%"   # see page 3

# ─── next ───
[[loans]]
id = "b"
""",
        """\
[[loans]]
id = "a"

# what being late costs
[loans.penalty]   # 合同第5条
# a day
multiple_of_contract = 1.5   # see page 3

# ─── next ───
[[loans]]
id = "b"
""",
    ),
    "a new key goes above the loan's sub-tables and the comments that lead to them": (
        [COUNT],
        """\
[[loans]]
id = "a"   # short

# what being late costs
[loans.penalty]
daily_rate = "0.05%"
[channels.screen]
url = "console://"
""",
        """\
[[loans]]
id = "a"   # short
day_count = "ACT/360"

# what being late costs
[loans.penalty]
daily_rate = "0.05%"
[channels.screen]
url = "console://"
""",
    ),
    "new keys go above installments listed in tables of their own": (
        [COUNT, DAILY],
        """\
[[loans]]
id = "a"

[[loans.installments]]
due = 2026-12-05
amount = "5.00"
""",
        """\
[[loans]]
id = "a"
day_count = "ACT/360"
penalty.daily_rate = "0.03%"

[[loans.installments]]
due = 2026-12-05
amount = "5.00"
""",
    ),
    "another rule in an inline table": (
        [TIMES],
        """\
[[loans]]
id = "a"
penalty = { daily_rate = "0.05%" }   # see page 3
due = 2026-12-05
""",
        """\
[[loans]]
id = "a"
penalty = { multiple_of_contract = 1.5 }   # see page 3
due = 2026-12-05
""",
    ),
    "loans that are one array": (
        [COUNT, DAILY],
        """\
loans = [
  { due = 2026-12-05, id = "b" },   # first
  { due = 2026-12-05, id = "a" },   # second
]

[reminders]
send_at = "08:00"
""",
        """\
loans = [
  { due = 2026-12-05, id = "b" },   # first
  { due = 2026-12-05, id = "a", day_count = "ACT/360", penalty.daily_rate = "0.03%" },   # second
]

[reminders]
send_at = "08:00"
""",
    ),
    "loans with other tables between them stay in their order": (
        [COUNT],
        """\
[[loans]]
id = "b"
day_count = "30/360"

[channels.screen]   # between them
url = "console://"

[[loans]]
id = "a"

[reminders]
send_at = "08:00"

[[loans]]
id = "c"
""",
        """\
[[loans]]
id = "b"
day_count = "30/360"

[channels.screen]   # between them
url = "console://"

[[loans]]
id = "a"
day_count = "ACT/360"

[reminders]
send_at = "08:00"

[[loans]]
id = "c"
""",
    ),
    "what is indented stays so": (
        [COUNT, TIMES],
        """\
  [[loans]]
    id = "a"
    penalty.daily_rate = "0.05%"

  [[loans]]
    id = "b"
""",
        """\
  [[loans]]
    id = "a"
    penalty.multiple_of_contract = 1.5
    day_count = "ACT/360"

  [[loans]]
    id = "b"
""",
    ),
    "a list": (
        [COVERS],
        """\
[[loans]]
id = "a"
grace_covers = [
  "penalty",
  "fee",
]   # 宽限期
due = 2026-12-05
""",
        """\
[[loans]]
id = "a"
grace_covers = ["fee", "reporting"]   # 宽限期
due = 2026-12-05
""",
    ),
    "a file that does not end its last line": (
        [STOPS],
        '[[loans]]\nid = "a"\ndue = 2026-12-05',
        '[[loans]]\nid = "a"\ndue = 2026-12-05\ncontract_interest_continues = false\n',
    ),
    "lines that end as on Windows": (
        [DAILY, COUNT],
        '# mine\r\n[[loans]]\r\nid = "a"\r\npenalty.daily_rate = "0.05%"  # 日\r\n\r\n[x]\r\n',
        '# mine\r\n[[loans]]\r\nid = "a"\r\npenalty.daily_rate = "0.03%"  # 日\r\n'
        'day_count = "ACT/360"\r\n\r\n[x]\r\n',
    ),
}


@pytest.mark.parametrize("layout", BEFORE_AND_AFTER)
def test_to_the_letter(layout):
    changes, before, after = BEFORE_AND_AFTER[layout]
    assert with_terms(before, "a", changes) == after


@pytest.mark.parametrize("loan_id", ["card", "weilidai", "home"])
def test_in_the_example_only_the_lines_of_the_change_differ(loan_id):
    before = EXAMPLE.read_text("utf-8")
    after = with_terms(before, loan_id, [DAILY, change("dpd_includes_due_date", True)])
    gone = set(before.splitlines()) - set(after.splitlines())
    assert len(gone) <= 1
    assert all("penalty." in line for line in gone)
    assert len(after.splitlines()) - len(before.splitlines()) in {1, 2}
    assert load_text(after, EXAMPLE).loans != load_text(before, EXAMPLE).loans


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        (DAILY, 'penalty.daily_rate = "0.03%"'),
        (change("penalty.daily_rate", Decimal(0)), 'penalty.daily_rate = "0%"'),
        (change("penalty.annual_rate", Decimal("0.2")), 'penalty.annual_rate = "20%"'),
        (change("penalty.spread", Decimal("0.0525")), 'penalty.spread = "5.25%"'),
        (TIMES, "penalty.multiple_of_contract = 1.5"),
        (change("penalty.fraction_of_contract", Decimal(1)), "penalty.fraction_of_contract = 1.0"),
        (STOPS, "contract_interest_continues = false"),
        (NO_GRACE, "grace_days = 0"),
        (COVERS, 'grace_covers = ["fee", "reporting"]'),
        (change("grace_covers", []), "grace_covers = []"),
    ],
)
def test_a_change_is_shown_as_it_is_written(changed, line):
    assert written(changed) == line
    assert with_terms('[[loans]]\nid = "a"\n', "a", [changed]) == f'[[loans]]\nid = "a"\n{line}\n'


def test_a_loan_that_is_not_in_the_file_is_named():
    with pytest.raises(UsageError, match=r"no loan 'boat' in the file \(is it set elsewhere\?\)"):
        with_terms(MINE, "boat", [COUNT])


# ─── The file itself ───


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(MINE.encode())
    return path


def terms_of(file, loan_id="card"):
    return next(loan.terms for loan in load_file(file).loans if loan.id == loan_id)


def put(file, *changes, loan_id="card", **fields):
    """Write changes that mean these fields."""
    wanted = replace(terms_of(file, loan_id), **fields)
    made = write_terms(file, loan_id, changes, wanted)
    assert terms_of(file, loan_id) == wanted
    return [written(each) for each in made]


def put_daily(file):
    return put(file, DAILY, penalty=Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0003")))


def test_the_file_then_means_what_was_wanted_and_the_other_loan_what_it_did(file):
    other = terms_of(file, "line")
    assert put_daily(file) == ['penalty.daily_rate = "0.03%"']
    assert file.read_bytes() == MINE.replace('"0.05%" ', '"0.03%" ').encode()
    assert terms_of(file, "line") == other


def test_line_ends_and_the_mark_that_windows_begins_a_file_with_stay(file):
    before = b"\xef\xbb\xbf" + MINE.replace("\n", "\r\n").encode()
    file.write_bytes(before)
    put_daily(file)
    assert file.read_bytes() == before.replace(b'"0.05%" ', b'"0.03%" ')


def test_another_rule_brings_with_it_whether_contract_interest_goes_on(file):
    """The multiple had ended it; of a daily rate the file has to say so, or say nothing."""
    file.write_text(
        'timezone = "UTC"\n[[loans]]\nid = "card"\ndue = 2026-12-05\namount = 5\n'
        'annual_rate = "18%"\npenalty.multiple_of_contract = 1.5\n'
        "contract_interest_continues = false\n"
    )
    rule = Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0003"))
    assert put(file, DAILY, penalty=rule, contract_interest_continues=True) == [
        'penalty.daily_rate = "0.03%"',
        "contract_interest_continues = true",
    ]


def test_a_multiple_in_the_place_of_a_rule_beside_which_interest_was_to_go_on(file):
    """Left alone the two lines would contradict each other, and the file would not load."""
    file.write_text(
        'timezone = "UTC"\n[[loans]]\nid = "card"\ndue = 2026-12-05\namount = 5\n'
        'annual_rate = "18%"\npenalty.daily_rate = "0.05%"\n'
        "contract_interest_continues = true   # they say\n"
    )
    rule = Penalty(PenaltyRule.MULTIPLE_OF_CONTRACT, Decimal("1.5"))
    made = put(file, TIMES, penalty=rule, contract_interest_continues=False)
    assert made[1:] == ["contract_interest_continues = false"]
    assert file.read_text().endswith(
        "penalty.multiple_of_contract = 1.5\ncontract_interest_continues = false   # they say\n"
    )


def test_a_mode_of_grace_brings_with_it_what_grace_covers(file):
    """The preset's grace spares fees and the record; the mode found spares the penalty too."""
    file.write_text(
        'timezone = "UTC"\n[[loans]]\nid = "card"\npreset = "weilidai"\nprincipal = 1000\n'
        'daily_rate = "0.05%"\ninstallments = 5\nfirst_due = 2026-12-05\n'
    )
    made = put(
        file,
        change("grace_mode", "deducted"),
        grace_mode=GraceMode.DEDUCTED,
        grace_covers=USUAL_GRACE,
    )
    assert made == [
        'grace_mode = "deducted"',
        'grace_covers = ["penalty", "fee", "reporting"]',
    ]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_who_may_read_the_file_stays_as_it_was(file, mode):
    file.chmod(mode)
    put_daily(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_whose_file_it_is_stays_as_it_was(file):
    """Written by root, it must still be the daemon's to read."""
    owner, group = (65534, 65534) if os.geteuid() == 0 else (os.getuid(), os.getgroups()[-1])
    os.chown(file, owner, group)
    put_daily(file)
    assert (file.stat().st_uid, file.stat().st_gid) == (owner, group)


def test_a_link_stays_a_link_and_the_file_behind_it_is_written(file, tmp_path):
    behind = file.rename(tmp_path / "dotfiles.toml")
    file.symlink_to("dotfiles.toml")
    put_daily(file)
    assert file.readlink() == Path("dotfiles.toml")
    assert '"0.03%"' in behind.read_text("utf-8")


def test_nothing_else_stays_in_the_folder(file):
    put_daily(file)
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


# ─── Where it cannot be ───


def test_terms_that_the_file_would_not_mean_are_not_written(file):
    with pytest.raises(UsageError, match="the file cannot hold these terms"):
        put(file, COUNT, dpd_includes_due_date=True)
    assert file.read_bytes() == MINE.encode()


def test_a_rule_in_a_sub_table_far_from_its_loan_is_not_written_twice(file):
    text = (
        'timezone = "UTC"\n[[loans]]\nid = "card"\ndue = 2026-12-05\namount = 5\n'
        '[channels.screen]\nurl = "console://"\n[loans.penalty]\ndaily_rate = "0.05%"\n'
    )
    file.write_text(text)
    with pytest.raises(UsageError, match="the file cannot hold these terms"):
        put_daily(file)
    assert file.read_text() == text


@pytest.fixture
def open_folder():
    """Make a folder that everybody may enter, unlike that of pytest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "config.toml").write_bytes(MINE.encode())
        yield folder


@pytest.fixture(scope="module", autouse=True)
def _all_is_imported(tmp_path_factory):
    """Write once as who we are: somebody else may have no way to the modules of this Python."""
    file = tmp_path_factory.mktemp("first") / "config.toml"
    file.write_text(MINE)
    put_daily(file)


@contextmanager
def as_someone_else():
    """Let root be somebody else for a while: permissions do not bind root."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o666), (0o777, 0o444)])
def test_what_may_not_be_written_to_is_said_and_left_as_it_was(open_folder, folder_mode, file_mode):
    """A file that is locked in a folder that is not could be replaced, against its owner's will."""
    file = open_folder / "config.toml"
    file.chmod(file_mode)
    open_folder.chmod(folder_mode)
    with as_someone_else(), pytest.raises(ConfigError) as caught:
        put_daily(file)
    assert str(caught.value).startswith(f"{file}:1:1: cannot be written: Permission denied (")
    assert file.read_bytes() == MINE.encode()
    assert [path.name for path in open_folder.iterdir()] == ["config.toml"]


def test_a_full_disk_is_said_and_leaves_the_file_as_it_was(file):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(ConfigError, match="cannot be written: File too large"):
            put_daily(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert file.read_bytes() == MINE.encode()
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]
