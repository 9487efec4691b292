"""Which addresses an alert goes to."""

from dataclasses import replace
from datetime import date

import pytest

from reminderd.alerts.channel import Channel, Recipient, targets
from reminderd.playbook.playbook import Severity


def channel(name, *labels, least=Severity.INFO):
    recipients = tuple(Recipient(label, f"ntfy://{label}:secret@host") for label in labels)
    return Channel(name, recipients, "en", least)


SCREEN = channel("screen", "screen")
MAIL = channel("mail", "me@example.com", "you@example.com", least=Severity.WARNING)
PHONE = channel("phone", "phone", least=Severity.CRITICAL)
ALL = [SCREEN, MAIL, PHONE]


@pytest.fixture
def loan(borrow):
    return borrow(date(2026, 12, 5))


def names(pairs):
    return [name for name, _ in pairs]


def test_each_address_of_a_channel_gets_a_message_of_its_own(loan):
    assert targets([MAIL], loan, Severity.CRITICAL) == [
        ("mail", "me@example.com"),
        ("mail", "you@example.com"),
    ]


@pytest.mark.parametrize(
    ("severity", "reached"),
    [
        (Severity.INFO, ["screen"]),
        (Severity.WARNING, ["screen", "mail", "mail"]),
        (Severity.CRITICAL, ["screen", "mail", "mail", "phone"]),
    ],
)
def test_a_channel_is_used_from_its_least_severity_on(loan, severity, reached):
    assert names(targets(ALL, loan, severity)) == reached


def test_a_loan_that_names_its_channels_uses_no_other(loan):
    chosen = replace(loan, channels=("phone", "screen"))
    assert names(targets(ALL, chosen, Severity.CRITICAL)) == ["screen", "phone"]


def test_naming_a_channel_does_not_make_it_take_milder_alerts(loan):
    chosen = replace(loan, channels=("phone",))
    assert targets(ALL, chosen, Severity.WARNING) == []


def test_a_loan_that_names_no_channel_at_all_is_sent_nowhere(loan):
    assert targets(ALL, replace(loan, channels=()), Severity.CRITICAL) == []


def test_a_channel_that_was_told_before_is_told_again_however_mild_the_news(loan):
    assert names(targets(ALL, loan, Severity.INFO, also={"phone"})) == ["screen", "phone"]


def test_a_channel_that_was_told_before_is_left_out_once_the_loan_no_longer_names_it(loan):
    chosen = replace(loan, channels=("screen",))
    assert names(targets(ALL, chosen, Severity.INFO, also={"phone"})) == ["screen"]


def test_a_channel_finds_its_recipient_by_label():
    assert MAIL.recipient("you@example.com") is MAIL.recipients[1]
    assert MAIL.recipient("gone@example.com") is None


def test_printing_a_channel_shows_no_secret():
    assert "secret" not in repr(MAIL)
