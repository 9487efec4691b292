"""From a file to loans, rules and channels."""

import time as time_module
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
import tzlocal

from reminderd.alerts.channel import Format
from reminderd.alerts.plan import Policy
from reminderd.alerts.routine import Routine
from reminderd.alerts.wallclock import QuietHours
from reminderd.config.load import load_file, load_text
from reminderd.delivery.transport import verify
from reminderd.errors import ConfigError
from reminderd.loans.money import Money, Rate
from reminderd.loans.terms import USUAL_GRACE, Penalty, PenaltyRule, Repayment
from reminderd.messages.sheet import Desk
from reminderd.playbook.facts import Borrower, Fund
from reminderd.playbook.playbook import Severity, packaged

CARD = '[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "1234.00"\n'


@pytest.fixture
def card(load):
    """Return a function that reads one loan with some more lines."""

    def read(more=""):
        [loan] = load(CARD + more).loans
        return loan

    return read


@pytest.fixture
def refusal():
    """Return a function that says what is wrong with a file."""

    def read(path, verify=None):
        with pytest.raises(ConfigError) as caught:
            load_file(path, verify)
        assert caught.value.exit_code == 78
        return str(caught.value)

    return read


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1234", 123400),
        ("1234.5", 123450),
        ("1234.50", 123450),
        ('"1234"', 123400),
        ('"1,234.50"', 123450),
        ('"1,234,567.89"', 123456789),
        ("1_234.5", 123450),
        ("0.1", 10),
        ("0.07", 7),
        ("8.20", 820),
        ("1.1e3", 110000),
        ("33333333333.33", 3333333333333),
        ("99999999999999.99", 9999999999999999),
    ],
)
def test_an_amount_is_exact_however_it_is_written(written, minor, load):
    [loan] = load(f'[[loans]]\nid = "a"\ndue = 2026-12-05\namount = {written}\n').loans
    assert loan.terms.listed[0].total == minor


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("0.0005", "0.0005"),
        ('"0.05%"', "0.0005"),
        ('"0.05 %"', "0.0005"),
        ("0.1", "0.1"),
        ('"0.1"', "0.1"),
        ("0.12345678901234567", "0.12345678901234567"),
        ("1", "1"),
        ('"180%"', "1.8"),
        ("0", "0"),
    ],
)
def test_a_rate_is_exact_however_it_is_written(written, rate, card):
    assert card(f"annual_rate = {written}\n").terms.contract_rate == Rate(Decimal(rate), "year")


@pytest.mark.parametrize(
    ("written", "day"),
    [("2026-12-05", date(2026, 12, 5)), ('"2026-12-05"', date(2026, 12, 5))],
)
def test_a_date_may_stand_in_quotes(written, day, load):
    [loan] = load(f'[[loans]]\nid = "a"\ndue = {written}\namount = 1\n').loans
    assert loan.terms.listed[0].due == day


@pytest.mark.parametrize("written", ['"09:30"', "09:30:00", '"09:30:00"'])
def test_a_time_may_be_written_in_toml_or_in_quotes(written, load):
    assert load(f"[reminders]\nsend_at = {written}\n").policy.send_at == time(9, 30)


def test_the_shortest_loan_needs_four_lines(card):
    loan = card()
    assert (loan.id, loan.name) == ("card", "card")
    terms = loan.terms
    assert terms.repayment is Repayment.LISTED
    assert terms.currency == "CNY"
    assert [(p.due, p.principal, p.interest) for p in terms.listed] == [
        (date(2026, 12, 5), 123400, 0)
    ]
    assert terms.contract_rate is None
    assert terms.penalty is None
    assert terms.contract_interest_continues is True
    assert (terms.grace_days, terms.grace_covers) == (0, USUAL_GRACE)
    assert loan.payments == ()
    assert loan.channels is None


def test_interest_is_taken_out_of_the_amount(card):
    [part] = card('interest = "34.00"\n').terms.listed
    assert (part.principal, part.interest) == (120000, 3400)


def test_an_amount_may_be_all_interest(card):
    [part] = card('interest = "1234.00"\n').terms.listed
    assert (part.principal, part.interest) == (0, 123400)


def test_listed_installments_are_taken_as_they_are(load):
    [loan] = load(
        '[[loans]]\nid = "a"\ninstallments = [\n'
        '  { due = 2026-12-10, amount = "350.00", interest = "12.00" },\n'
        "  { due = 2027-01-10, amount = 350 },\n]\n"
    ).loans
    assert [(p.due, p.principal, p.interest) for p in loan.terms.listed] == [
        (date(2026, 12, 10), 33800, 1200),
        (date(2027, 1, 10), 35000, 0),
    ]


def test_a_schedule_is_taken_as_it_is_written(load):
    [loan] = load(
        '[[loans]]\nid = "a"\nprincipal = "800000"\nannual_rate = "3.9%"\n'
        'repayment = "equal-principal"\ninstallments = 360\nfirst_due = 2026-11-20\n'
        "start = 2026-10-20\n"
    ).loans
    terms = loan.terms
    assert terms.repayment is Repayment.EQUAL_PRINCIPAL
    assert terms.principal == 800000
    assert terms.installment_count == 360
    assert (terms.start, terms.first_due) == (date(2026, 10, 20), date(2026, 11, 20))


def test_a_schedule_is_of_equal_installments_where_nothing_else_is_said(load):
    [loan] = load(
        '[[loans]]\nid = "a"\nprincipal = 100\ninstallments = 2\nfirst_due = 2026-11-20\n'
    ).loans
    assert loan.terms.repayment is Repayment.EQUAL_INSTALLMENT


@pytest.mark.parametrize(
    ("line", "penalty", "continues"),
    [
        ('daily_rate = "0.05%"', Penalty(PenaltyRule.DAILY_RATE, Decimal("0.0005")), True),
        ('annual_rate = "18%"', Penalty(PenaltyRule.ANNUAL_RATE, Decimal("0.18")), True),
        (
            "multiple_of_contract = 1.5",
            Penalty(PenaltyRule.MULTIPLE_OF_CONTRACT, Decimal("1.5")),
            False,
        ),
        (
            'fraction_of_contract = "50%"',
            Penalty(PenaltyRule.FRACTION_OF_CONTRACT, Decimal("0.5")),
            True,
        ),
    ],
)
def test_each_penalty_rule_has_its_own_answer_on_contract_interest(line, penalty, continues, card):
    terms = card(f'annual_rate = "5%"\npenalty.{line}\n').terms
    assert terms.penalty == penalty
    assert terms.contract_interest_continues is continues


def test_contract_interest_can_be_stopped_beside_any_other_rule(card):
    terms = card('penalty.daily_rate = "1%"\ncontract_interest_continues = false\n').terms
    assert terms.contract_interest_continues is False


def test_payments_keep_date_and_amount(card):
    [payment] = card('payments = [{ date = 2026-12-01, amount = "1,150.00" }]\n').payments
    assert (payment.on, payment.amount) == (date(2026, 12, 1), Decimal(1150))


def test_the_default_reminders_are_the_planners(load):
    written = load("").policy
    planned = Policy()
    assert set(written.before_due) == set(planned.before_due)
    assert written.overdue_days == planned.overdue_days
    assert (written.send_at, written.overdue_every) == (planned.send_at, planned.overdue_every)


def test_days_are_put_in_order_once_each(load):
    assert load("[reminders]\nbefore_due = [3, 7, 3, 0]\n").policy.before_due == (0, 3, 7)


def test_reminders_for_ever_can_be_switched_off(load):
    assert load("[reminders]\noverdue_every = 0\n").policy.overdue_every is None


def test_the_eve_of_each_worse_stage_has_a_reminder_unless_it_is_not_wanted(load):
    stages = packaged().overdue()
    eves = tuple(stage.first_day - 1 for stage in stages[1:])
    assert load("").policy.stage_eves == eves == (3, 7, 30, 90)
    assert load("[reminders]\nwarn_before_worse = false\n").policy.stage_eves == ()


def test_a_request_without_an_answer_is_followed_up_after_so_many_days_or_never(load):
    assert load("").policy.follow_up_days == 7
    assert load("[reminders]\nfollow_up_days = 3\n").policy.follow_up_days == 3
    assert load("[reminders]\nfollow_up_days = 0\n").policy.follow_up_days is None


def test_what_follows_settling_can_be_switched_off(load):
    assert load("").policy.after_settling is True
    assert load("[reminders]\nafter_settling = false\n").policy.after_settling is False


def test_nothing_is_known_of_the_borrower_unless_it_is_written(load):
    assert load("").desk == Desk()
    assert load("[borrower]\n").desk.borrower == Borrower()


def test_what_is_written_of_the_borrower_is_known_in_the_currency_of_the_file(load):
    text = (
        'currency = "EUR"\n[borrower]\nname = "王芳"\ncash = "3000.00"\npayday = 25\n'
        'hardship = "illness"\n'
        'emergency_fund = { target = "30000", saved = "4000.50", monthly = 500 }\n'
    )
    fund = Fund(Money(30000_00, "EUR"), Money(4000_50, "EUR"), Money(500_00, "EUR"))
    meant = Borrower("王芳", Money(3000_00, "EUR"), 25, "illness", fund)
    assert load(text).desk.borrower == meant


def test_a_fund_begins_empty(load):
    text = '[borrower]\nemergency_fund = { target = "30000", monthly = "500" }\n'
    assert load(text).desk.borrower.fund.saved == Money(0, "CNY")


def test_no_cash_is_something_known(load):
    assert load("[borrower]\ncash = 0\n").desk.borrower.cash == Money(0, "CNY")


def test_the_cash_at_hand_is_not_shown_where_a_configuration_is(load):
    assert "987654" not in repr(load('[borrower]\ncash = "987654"\n').desk)


def test_no_routine_comes_round_unless_it_is_switched_on(load):
    assert load("").routine.rounds() == []


def test_a_routine_comes_round_on_its_day_at_the_time_of_reminders(load):
    fund = '[borrower]\nemergency_fund = { target = "1", monthly = "1" }\n'
    text = (
        f'{fund}[reminders]\nsend_at = "07:30"\n[routine]\nstatement_check = 5\n'
        "credit_report = 6\nemergency_fund = 1\nproof_of_life = 31\n"
    )
    assert load(text).routine == Routine(5, 6, 1, 31, time(7, 30))
    assert load(text + 'send_at = "20:00"\n').routine == Routine(5, 6, 1, 31, time(20))


def test_a_fund_and_its_routine_are_missed_even_where_something_else_is_wrong(problems):
    found = problems('locale = "de"\n[borrower]\ncash = 1.001\n[routine]\nemergency_fund = 1\n')
    assert [problem.split(": ")[1] for problem in found] == [
        "locale",
        "borrower.cash",
        "routine.emergency_fund",
    ]


def test_a_channel_says_how_it_wants_its_messages(load):
    [plain] = load('[channels.a]\nurl = "console://"\n').channels
    assert (plain.format, plain.digest, plain.rate) == (None, True, None)
    [chat] = load(
        '[channels.a]\nurl = "console://"\nformat = "markdown"\ndigest = false\nrate = 20\n'
    ).channels
    assert (chat.format, chat.digest, chat.rate) == (Format.MARKDOWN, False, 20)


def test_how_a_channel_wants_its_messages_is_no_setting_of_its_service(load):
    [channel] = load(
        '[channels.a]\nschema = "mailtos"\nhost = "h"\nformat = "html"\ndigest = true\n'
        'quiet_hours = { from = "22:00", to = "08:00" }\n'
    ).channels
    assert channel.recipients[0].target == {"schema": "mailtos", "host": "h"}


def test_a_channels_quiet_hours_are_its_own_or_else_everyones(load):
    everyone = '[reminders]\nquiet_hours = { from = "22:00", to = "08:00" }\n'
    own = 'quiet_hours = { from = "12:00", to = "13:00" }\n'
    first, second = load(
        f'{everyone}[channels.a]\nurl = "console://"\n[channels.b]\nurl = "console://"\n{own}'
    ).channels
    assert first.quiet == QuietHours(time(22), time(8))
    assert second.quiet == QuietHours(time(12), time(13))


@pytest.mark.parametrize("name", ["mail.example.com", "[192.0.2.7]", "[IPv6:2001:db8::1]"])
@pytest.mark.parametrize("target", ['url = "mailto://me:pw@h.example"', 'schema = "mailto"'])
def test_a_channel_says_how_a_mail_server_is_greeted(load, name, target):
    [channel] = load(f'[channels.a]\n{target}\nhello = "{name}"\n').channels
    [recipient] = channel.recipients
    assert recipient.hello == name
    assert "hello" not in recipient.target


def test_the_screen_that_nobody_configured_keeps_quiet_hours_too(load):
    text = '[reminders]\nquiet_hours = { from = "22:00", to = "08:00" }\n'
    assert load(text).channels[0].quiet == QuietHours(time(22), time(8))


def test_own_templates_stand_beside_the_configuration(tmp_path):
    (tmp_path / "mine").mkdir()
    path = tmp_path / "config.toml"
    path.write_text('templates = "mine"\n')
    assert load_file(path).desk.templates == tmp_path / "mine"


def test_a_home_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()
    text = 'templates = "~/mine"\n'
    assert load_text(text, Path("config.toml")).desk.templates == tmp_path / "mine"


def test_an_environment_variable_names_own_templates(load, tmp_path, monkeypatch):
    monkeypatch.setenv("REMINDERD_TEMPLATES", str(tmp_path))
    assert load("").desk.templates == tmp_path


def test_in_need_templates_that_are_not_there_are_done_without():
    config = load_text('templates = "mine"\n' + CARD, Path("config.toml"), in_need=True)
    assert config.desk.templates is None
    assert [loan.id for loan in config.loans] == ["card"]


def test_even_in_need_a_loan_that_is_wrong_is_refused():
    with pytest.raises(ConfigError, match="due"):
        load_text('[[loans]]\nid = "a"\namount = 1\n', Path("config.toml"), in_need=True)


def test_without_quiet_hours_there_are_none(load):
    assert load("").quiet is None


def test_without_channels_messages_go_to_the_screen(load):
    [channel] = load('locale = "en"\n').channels
    assert channel.name == "screen"
    assert channel.locale == "en"
    assert channel.recipients[0].target == "console://"


@pytest.fixture
def in_tokyo(monkeypatch):
    """Move the system to Tokyo for a test."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time_module.tzset()
        tzlocal.reload_localzone()
        yield
    time_module.tzset()
    tzlocal.reload_localzone()


@pytest.mark.usefixtures("in_tokyo")
def test_a_zone_left_out_is_the_systems(load):
    assert load(CARD).timezone == "Asia/Tokyo"
    assert load(CARD).loans[0].timezone == "Asia/Tokyo"


def test_a_loans_zone_is_its_own(card):
    assert card('timezone = "Europe/Berlin"\n').timezone == "Europe/Berlin"


def test_a_channel_by_url_has_one_recipient_named_as_the_channel(load):
    [channel] = load('[channels.phone]\nurl = "ntfys://topic"\n').channels
    assert [(r.label, r.target) for r in channel.recipients] == [("phone", "ntfys://topic")]


def test_each_address_of_a_table_is_a_recipient_of_its_own(load):
    [channel] = load(
        '[channels.mail]\nschema = "mailtos"\nhost = "example.com"\nport = 587\n'
        'to = ["a@example.com", "b@example.com"]\nmin_severity = "warning"\nlocale = "en"\n'
    ).channels
    table = {"schema": "mailtos", "host": "example.com", "port": 587}
    assert [(r.label, r.target) for r in channel.recipients] == [
        ("a@example.com", table | {"to": "a@example.com"}),
        ("b@example.com", table | {"to": "b@example.com"}),
    ]
    assert channel.min_severity is Severity.WARNING
    assert channel.locale == "en"


def test_one_address_needs_no_list(load):
    [channel] = load('[channels.mail]\nschema = "mailtos"\nto = "a@example.com"\n').channels
    assert [r.label for r in channel.recipients] == ["a@example.com"]


def test_a_table_without_addresses_has_one_recipient(load):
    [channel] = load('[channels.phone]\nschema = "ntfys"\nhost = "example.com"\n').channels
    assert [r.label for r in channel.recipients] == ["phone"]


def test_a_fallback_is_kept(load):
    first, _ = load(
        '[channels.a]\nurl = "console://"\nfallback = "b"\n[channels.b]\nurl = "console://"\n'
    ).channels
    assert first.fallback == "b"


def test_a_file_that_is_not_there_names_the_remedy(refusal, tmp_path):
    path = tmp_path / "config.toml"
    assert refusal(path) == (
        f"{path}:1:1: there is no such file (`reminderd init` makes one; or give --config FILE)"
    )


def test_a_folder_is_not_a_configuration(refusal, tmp_path):
    assert refusal(tmp_path) == (
        f"{tmp_path}:1:1: cannot be read: Is a directory (it must be a file that you can read)"
    )


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("a = 1\nb = '\xe9'\n".encode("latin-1"), "2:6"),
        ("é = 1\n微 = '".encode() + b"\xff'", "2:6"),
        ("locale = 'en'\n".encode("utf-16"), "1:1"),
    ],
)
def test_a_file_that_is_not_utf_8_is_refused_where_it_is_not(content, place, refusal, tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    assert refusal(path) == f"{path}:{place}: this is not UTF-8 text (save the file as UTF-8)"


def test_a_byte_order_mark_is_no_part_of_the_text(refusal, tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbflocale = "de"\n')
    assert refusal(path).startswith(f"{path}:1:10: locale:")
    path.write_bytes(b'\xef\xbb\xbflocale = "en"\n')
    assert load_file(path).locale == "en"


def test_the_line_ends_of_windows_move_no_position(refusal, tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b'# one\r\nlocale = "en"\r\ncurrency = "yuan"\r\n[reminders]\r\nx = 1\r\n')
    assert [line.split(": ")[0] for line in refusal(path).splitlines()] == [
        f"{path}:3:12",
        f"{path}:5:1",
    ]


def test_an_empty_file_is_a_configuration_without_loans(tmp_path):
    path = tmp_path / "config.toml"
    path.touch()
    assert load_file(path).loans == ()


def test_the_text_is_kept_as_it_was_read(load):
    assert load(CARD).text == CARD


def test_what_apprise_cannot_use_is_listed_with_the_other_mistakes(refusal, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(
        'locale = "de"\n[channels.a]\nurl = "xyzzy://x"\n'
        '[channels.b]\nschema = "mailtos"\nhost = "example.com"\nuser = "me@example.com"\n'
        'hots = "x"\n'
    )
    assert refusal(path, verify).splitlines() == [
        f'{path}:1:10: locale: \'de\' is not a known language (write "zh-CN" or "en")',
        f"{path}:3:7: channels.a.url: Apprise knows no service 'xyzzy'",
        f"{path}:4:1: channels.b: mailtos has no setting 'hots' (did you mean 'host'?)",
    ]


def test_a_channel_that_could_not_be_read_whole_is_not_put_to_apprise(refusal, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[channels.a]\nschema = "mailtos"\nhost = "h"\nuser = "me@example.com\n')
    [sentence] = refusal(path, verify).splitlines()
    assert sentence.startswith(f"{path}:4:8: this quote is never closed")
    path.write_text('[channels.a]\nschema = "mailtos"\nhost = "h"\n')
    assert "Apprise cannot use this" in refusal(path, verify)


def test_without_a_verifier_apprise_is_not_asked(load):
    assert load('[channels.a]\nurl = "nothing://x"\n').channels[0].name == "a"


def test_a_channel_with_two_bad_addresses_is_told_once(refusal, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[channels.a]\nschema = "mailtos"\nhost = "h"\nto = ["x", "y"]\nhots = 1\n')
    assert len(refusal(path, verify).splitlines()) == 1


def test_the_file_is_kept_to_be_named(load):
    assert load("").file == Path("config.toml")


ME_AND_SPOUSE = '[channels.me]\nurl = "console://"\n[channels.spouse]\nurl = "console://"\n'


def test_nobody_else_is_told_unless_it_is_written(load):
    config = load(ME_AND_SPOUSE)
    assert config.policy.escalate_after is None
    assert [channel.reserved for channel in config.channels] == [False, False]


def test_who_else_is_told_when(load):
    config = load(ME_AND_SPOUSE + '[escalation]\nto = ["spouse"]\n')
    assert (config.policy.escalate_after, config.policy.escalate_from) == (24, Severity.CRITICAL)
    assert {c.name: c.reserved for c in config.channels} == {"me": False, "spouse": True}
    own = '[escalation]\nto = ["spouse"]\nafter_hours = 5\nmin_severity = "warning"\n'
    policy = load(ME_AND_SPOUSE + own).policy
    assert (policy.escalate_after, policy.escalate_from) == (5, Severity.WARNING)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('to = ["spose"]', "there is no channel 'spose' (there are: me, spouse)"),
        ('to = ["me", "spouse"]', "names every channel (leave one out: on it you are reminded"),
        ("after_hours = 3", "'to' is missing"),
        ("to = []", "escalation.to"),
        ('to = ["spouse"]\nafter_hours = 0', "escalation.after_hours"),
        ('to = ["spouse"]\nmin_severity = "bad"', "escalation.min_severity"),
    ],
)
def test_what_is_wrong_about_telling_others_is_said_at_its_place(problems, lines, sentence):
    [told] = problems(f"{ME_AND_SPOUSE}[escalation]\n{lines}\n")
    assert sentence in str(told)
