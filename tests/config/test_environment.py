"""Environment variables REMINDERD_… override the file, and no others do."""

import pytest

CARD = '[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "1234.00"\n'


@pytest.fixture
def set_variables(monkeypatch):
    """Return a function that sets environment variables."""

    def put(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return put


def test_a_variable_wins_over_the_file(load, set_variables):
    set_variables(REMINDERD_LOCALE="en")
    config = load('locale = "zh-CN"\n[channels.a]\nurl = "console://"\n')
    assert config.locale == "en"
    assert config.channels[0].locale == "en"


def test_a_variable_wins_over_a_mistake_in_the_file(load, set_variables):
    set_variables(REMINDERD_LOCALE="en")
    assert load('locale = "de"\n').locale == "en"


def test_a_variable_reaches_the_loans(load, set_variables):
    set_variables(REMINDERD_CURRENCY="JPY", REMINDERD_TIMEZONE="Asia/Tokyo")
    [loan] = load('currency = "CNY"\ntimezone = "Asia/Shanghai"\n' + CARD).loans
    assert loan.terms.currency == "JPY"
    assert loan.timezone == "Asia/Tokyo"


def test_a_loans_own_currency_wins_over_a_variable(load, set_variables):
    set_variables(REMINDERD_CURRENCY="JPY")
    [loan] = load(CARD + 'currency = "EUR"\n').loans
    assert loan.terms.currency == "EUR"


def test_two_underscores_reach_into_a_table_and_leave_the_rest_of_it(load, set_variables):
    set_variables(REMINDERD_REMINDERS__SEND_AT="08:30", REMINDERD_REMINDERS__OVERDUE_EVERY="10")
    policy = load('[reminders]\nsend_at = "09:00"\nbefore_due = [5]\n').policy
    assert f"{policy.send_at:%H:%M}" == "08:30"
    assert policy.overdue_every == 10
    assert policy.before_due == (5,)


def test_lists_are_written_as_json(load, set_variables):
    set_variables(REMINDERD_REMINDERS__BEFORE_DUE="[2, 1]")
    assert load("").policy.before_due == (1, 2)


def test_quiet_hours_can_be_set_by_variables(load, set_variables):
    set_variables(
        REMINDERD_REMINDERS__QUIET_HOURS__FROM="22:00", REMINDERD_REMINDERS__QUIET_HOURS__TO="08:00"
    )
    quiet = load("").quiet
    assert (quiet.start.hour, quiet.end.hour) == (22, 8)


def test_a_channel_can_be_set_by_a_variable_and_named_in_the_file(load, set_variables):
    set_variables(REMINDERD_CHANNELS__PHONE__URL="console://")
    config = load(
        CARD + 'channels = ["phone"]\n[channels.mail]\nurl = "console://"\nfallback = "phone"\n'
    )
    assert {channel.name for channel in config.channels} == {"mail", "phone"}


def test_whole_loans_can_be_set_by_a_variable(load, set_variables):
    set_variables(REMINDERD_LOANS='[{"id": "a", "due": "2026-12-05", "amount": "1,234.50"}]')
    [loan] = load("").loans
    assert loan.terms.listed[0].total == 123450


def test_an_empty_variable_is_as_good_as_none(load, set_variables):
    set_variables(REMINDERD_LOCALE="", REMINDERD_REMINDERS__SEND_AT="")
    assert load('locale = "en"\n').locale == "en"


def test_the_systems_own_variables_do_not_leak_in(load, set_variables):
    plain = load(CARD)
    set_variables(
        LANG="en_US.UTF-8",
        LANGUAGE="en",
        LC_ALL="en_US.UTF-8",
        LOCALE="en",
        TIMEZONE="Mars",
        CURRENCY="EUR",
        LOANS="3",
        CHANNELS="x",
        REMINDERS="x",
    )
    assert load(CARD) == plain


def test_variables_that_are_no_settings_are_let_be(load, set_variables):
    set_variables(REMINDERD_CONFIG="/nowhere", REMINDERD_DEBUG="1")
    assert load("").loans == ()


WRONG = {
    "a language": (
        {"REMINDERD_LOCALE": "de"},
        '$REMINDERD_LOCALE:1:1: locale: \'de\' is not a known language (write "zh-CN" or "en")',
    ),
    "a name in small letters": (
        {"reminderd_locale": "de"},
        '$reminderd_locale:1:1: locale: \'de\' is not a known language (write "zh-CN" or "en")',
    ),
    "a time": (
        {"REMINDERD_REMINDERS__SEND_AT": "25:00"},
        "$REMINDERD_REMINDERS__SEND_AT:1:1: reminders.send_at: "
        "'25:00' is not a time of day (write \"09:00\")",
    ),
    "a number": (
        {"REMINDERD_REMINDERS__OVERDUE_EVERY": "often"},
        "$REMINDERD_REMINDERS__OVERDUE_EVERY:1:1: reminders.overdue_every: "
        "'often' is not a whole number (write overdue_every = 15)",
    ),
    "a list that is no JSON": (
        {"REMINDERD_REMINDERS__BEFORE_DUE": "7 and 3"},
        "$REMINDERD_REMINDERS__BEFORE_DUE:1:1: reminders: "
        "cannot be read (write lists and tables as JSON, as in [7, 3, 1, 0])",
    ),
    "loans that are no JSON": (
        {"REMINDERD_LOANS": "card"},
        "$REMINDERD_LOANS:1:1: loans: "
        "cannot be read (write lists and tables as JSON, as in [7, 3, 1, 0])",
    ),
    "a loan inside of JSON": (
        {"REMINDERD_LOANS": '[{"id": "a", "due": "soon", "amount": "1"}]'},
        "$REMINDERD_LOANS:1:1: loans[0].due: 'soon' is not a date (write 2026-12-05)",
    ),
    "a key that is none": (
        {"REMINDERD_REMINDERS__SEND_ATT": "09:00"},
        "$REMINDERD_REMINDERS__SEND_ATT:1:1: reminders.send_att: "
        "unknown key (did you mean 'send_at'?)",
    ),
    "half of the quiet hours": (
        {"REMINDERD_REMINDERS__QUIET_HOURS__FROM": "22:00"},
        "$REMINDERD_REMINDERS__QUIET_HOURS__FROM:1:1: reminders.quiet_hours: "
        "'to' is missing (write to = \"08:00\")",
    ),
    "a URL, which is not shown": (
        {"REMINDERD_CHANNELS__PHONE__URL": "hunter2canary"},
        "$REMINDERD_CHANNELS__PHONE__URL:1:1: channels.phone.url: "
        'is not a URL (write one as "ntfys://topic", or "console://")',
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_in_a_variable_names_the_variable(wrong, problems, set_variables):
    variables, sentence = WRONG[wrong]
    set_variables(**variables)
    assert problems("") == [sentence]


def test_a_mistake_in_the_file_is_not_blamed_on_a_variable_beside_it(problems, set_variables):
    set_variables(REMINDERD_REMINDERS='{"send_at": "09:00"}')
    assert problems("[reminders]\nbefore_due = 3\n") == [
        "config.toml:2:14: reminders.before_due: 3 is not a list in [brackets] "
        "(write before_due = [3])"
    ]


def test_a_mistake_in_the_file_is_not_blamed_on_an_empty_variable(problems, set_variables):
    set_variables(REMINDERD_LOCALE="")
    assert problems('locale = "de"\n')[0].startswith("config.toml:1:10: locale:")


def test_mistakes_in_the_file_and_in_a_variable_are_listed_together(problems, set_variables):
    set_variables(REMINDERD_LOCALE="de")
    found = problems('currency = "yuan"\n')
    assert [problem.split(": ")[1] for problem in found] == ["locale", "currency"]
