"""``reminderd check``: is the configuration right, and what happens next?"""

import json

import pytest

SECRET = "hunter2canary"

SIX = f"""\
locale = "de"
currancy = "CNY"
[reminders]
send_at = 25:00
[channels.phone]
url = "nothing://{SECRET}"
fallback = "emial"
[channels.email]
schema = "mailtos"
host = "example.com"
user = "me@example.com"
password = "{SECRET}"
to = ["me@example.com"]
[[loans]]
id = "card"
due = 2026-12-05
amount = "-5"
"""

CARD = '[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "1234.00"\n'


@pytest.fixture
def six(write):
    """Write a configuration with six mistakes of six kinds."""
    return write(SIX)


def test_a_right_configuration_says_what_is_active_and_what_is_next(config, said):
    assert said("check").splitlines() == [
        f"{config} is right.",
        "channel screen: screen (en)",
        "loan card: Credit card",
        "loan weilidai: weilidai",
        "next: 2026-12-09T12:00+08:00  Credit card: 4 days overdue, CN¥1,236.47 owed today",
    ]


def test_a_right_configuration_in_json(config, told):
    found = told("check")
    next_alert = found.pop("next")
    assert found == {
        "ok": True,
        "file": str(config),
        "problems": [],
        "channels": [
            {
                "name": "screen",
                "addresses": ["screen"],
                "locale": "en",
                "min_severity": "info",
                "fallback": None,
            }
        ],
        "doubts": [],
        "dead": [],
        "loans": ["card", "weilidai"],
    }
    assert (next_alert["loan"], next_alert["milestone"]) == ("card", "due+4")


def test_without_channels_the_screen_is_named(write, said):
    write('locale = "en"\n[[loans]]\nid = "a"\ndue = 2026-12-20\namount = 1\n')
    assert (
        "channel screen: screen (en; no channel is configured, so only here)"
        in said("check").splitlines()
    )


def test_without_loans_it_says_how_to_add_one(write, said, told):
    path = write("")
    lines = said("check").splitlines()
    assert lines[0] == f"{path} is right."
    assert lines[-1] == "no loans yet: add one under [[loans]], as config.example.toml shows"
    assert told("check")["next"] is None


def test_where_all_is_paid_nothing_is_next(write, said):
    write(
        '[[loans]]\nid = "a"\ndue = 2026-12-05\namount = 5\n'
        "payments = [{ date = 2026-12-04, amount = 5 }]\n"
    )
    assert said("check").splitlines()[-1] == "next: nothing; no unpaid installment is known"


def test_a_date_that_is_hardly_meant_is_asked_about_and_the_file_used(write, said, told):
    path = write('locale = "en"\n[[loans]]\nid = "a"\ndue = 2062-12-05\namount = 5\n')
    lines = said("check").splitlines()
    place, question = f"{path}:4:7", "2062-12-05 is 36 years ahead (is the year right?)"
    assert lines[:2] == [
        f"{path} can be used, but look at this:",
        f"{place}: loans[0].due: {question}",
    ]
    assert lines[-1] == "next: nothing within 366 days; the next due date is 2062-12-05"
    [doubt] = told("check")["doubts"]
    assert (doubt["line"], doubt["path"], doubt["message"]) == (4, "loans[0].due", question)


ASKED = (
    "its first due date, 2026-12-05, is past, and neither payments nor paid_until are written "
    "(if all was paid so far, write paid_until = 2026-12-05; if nothing was, "
    "paid_until = 2026-12-04)"
)


def test_of_a_loan_under_way_it_is_asked_whether_it_was_paid_and_nothing_alarms(write, said, told):
    path = write(f'locale = "en"\n{CARD}')
    lines = said("check").splitlines()
    assert lines[:2] == [
        f"{path} can be used, but look at this:",
        f"{path}:4:7: loans[0].due: {ASKED}",
    ]
    assert lines[-1].endswith("card: has everything due so far been paid?")
    found = told("check")
    assert [doubt["message"] for doubt in found["doubts"]] == [ASKED]
    assert found["next"]["milestone"] == "paid-so-far"
    assert (found["next"]["title"], found["next"]["severity"]) == (
        "card: has everything due so far been paid?",
        "warning",
    )


@pytest.mark.parametrize(
    "answer",
    [
        "paid_until = 2026-12-05\n",
        "paid_until = 2026-12-04\n",
        'payments = [{ date = 2026-12-07, amount = "1" }]\n',
        "extensions = [{ due = 2026-12-05, agreed = 2026-12-01, to = 2026-12-20 }]\n",
    ],
)
def test_an_answer_in_the_file_ends_the_question(answer, write, told):
    write(f"{CARD}{answer}")
    assert told("check")["doubts"] == []


def test_a_payment_by_command_ends_the_question(write, call, told):
    write(CARD)
    call("pay", "card", "1", "--date", "2026-12-04")
    assert told("check")["doubts"] == []


def test_a_loan_that_became_late_under_our_eyes_is_not_asked_about(write, call, told, clock):
    write(CARD)
    clock.shown = clock.shown.replace(day=1)
    call("run", "--once")
    clock.shown = clock.shown.replace(day=9)
    assert told("check")["doubts"] == []


def test_a_question_that_was_asked_stands_until_it_is_answered(write, call, told):
    write(CARD)
    call("run", "--once")
    assert len(told("check")["doubts"]) == 1
    assert told("status")[0]["unstated"] == ["2026-12-05"]


def test_a_channel_names_its_addresses_and_from_when_on(write, said):
    write(
        'locale = "en"\n[channels.mail]\nschema = "mailtos"\nhost = "example.com"\n'
        f'user = "me@example.com"\npassword = "{SECRET}"\n'
        'to = ["a@example.com", "b@example.com"]\nmin_severity = "warning"\n'
    )
    text = said("check")
    assert "channel mail: a@example.com, b@example.com (en, from warning on)" in text
    assert SECRET not in text


def test_every_address_of_a_mail_url_is_named(write, said):
    write(
        'locale = "en"\n[channels.mail]\n'
        f'url = "mailtos://me:{SECRET}@example.com?to=a@example.com,b@example.com"\n'
    )
    text = said("check")
    assert "a@example.com, b@example.com" in text
    assert SECRET not in text


def test_six_mistakes_are_six_lines_at_the_right_places(six, call):
    result = call("check")
    assert result.exit_code == 78
    assert result.output.splitlines() == [
        f'{six}:1:10: locale: \'de\' is not a known language (write "zh-CN" or "en")',
        f"{six}:2:1: currancy: unknown key (did you mean 'currency'?)",
        f"{six}:4:11: reminders.send_at: '25:00' is not a time of day (write \"09:00\")",
        f"{six}:6:7: channels.phone.url: Apprise knows no service 'nothing' "
        "(did you mean 'notica'?)",
        f"{six}:7:12: channels.phone.fallback: there is no channel 'emial' "
        "(there are: email) (did you mean 'email'?)",
        f'{six}:17:10: loans[0].amount: -5 is not above zero (write it as in "1234.50")',
    ]
    assert SECRET not in result.output


def test_six_mistakes_in_json(six, call):
    result = call("check", "--json")
    assert result.exit_code == 78
    found = json.loads(result.stdout)
    assert (found["ok"], found["file"]) == (False, str(six))
    assert [(p["line"], p["column"], p["path"]) for p in found["problems"]] == [
        (1, 10, "locale"),
        (2, 1, "currancy"),
        (4, 11, "reminders.send_at"),
        (6, 7, "channels.phone.url"),
        (7, 12, "channels.phone.fallback"),
        (17, 10, "loans[0].amount"),
    ]
    assert all(p["file"] == str(six) and p["message"] for p in found["problems"])
    assert SECRET not in result.output


def test_a_template_of_ones_own_that_would_fail_is_told_by_file_and_line(write, call):
    path = write(f'templates = "own"\n{CARD}')
    template = path.parent / "own" / "message.md"
    template.parent.mkdir()
    template.write_text("{{ title }}\n{{ figurs }}\n")
    result = call("check")
    assert result.exit_code == 78
    told = f"{template}:2:1: there is no variable 'figurs' (did you mean 'figures'?)"
    assert result.output.splitlines() == [told]
    [problem] = json.loads(call("check", "--json").stdout)["problems"]
    assert (problem["file"], problem["line"]) == (str(template), 2)


def test_a_template_that_would_fail_stops_nothing_else(write, call):
    path = write(f'templates = "own"\n{CARD}')
    (path.parent / "own").mkdir()
    (path.parent / "own" / "message.md").write_text("{{ figurs }}")
    assert call("status").exit_code == 0
    assert call("preview", "--full").exit_code == 0


def test_templates_of_ones_own_that_are_right_are_right(write, said):
    path = write(f'templates = "own"\n{CARD}paid_until = 2026-12-04\n')
    (path.parent / "own").mkdir()
    (path.parent / "own" / "message.md").write_text("{{ title }}\n")
    assert said("check").startswith(f"{path} is right.")


def test_what_is_not_toml_is_listed_with_the_rest(write, call):
    path = write('locale = en\n[reminders\nsend_at = "09:00"\nbefore_due = 7\n')
    assert [line.split(": ")[0] for line in call("check").stdout.splitlines()] == [
        f"{path}:1:10",
        f"{path}:2:1",
        f"{path}:4:14",
    ]


def test_a_mistake_in_a_variable_names_it(config, call, monkeypatch):
    monkeypatch.setenv("REMINDERD_LOCALE", "de")
    result = call("check")
    assert result.exit_code == 78
    assert result.stdout.startswith("$REMINDERD_LOCALE:1:1: locale: 'de'")


@pytest.mark.parametrize(
    "url",
    [
        f"mailtos://{SECRET}:{SECRET}@",
        f"nothing://{SECRET}",
        f"ntfys://{SECRET}@/",
        f"tgram://{SECRET}",
        f"{SECRET}",
        f"slack://{SECRET}/",
        f"json://{SECRET}:x@:99999999",
    ],
)
def test_a_url_that_cannot_be_used_is_never_shown(url, write, call):
    write(f'[channels.a]\nurl = "{url}"\n')
    for option in ((), ("--json",)):
        result = call("check", *option)
        assert SECRET not in result.output
        assert SECRET not in repr(result.exception)


def test_a_language_goes_to_the_messages_of_each_channel(write, told):
    write('locale = "en"\n[channels.a]\nurl = "console://"\nlocale = "zh-CN"\n')
    assert told("check")["channels"][0]["locale"] == "zh-CN"
