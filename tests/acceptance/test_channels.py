"""How channels in the configuration become recipients of their own."""

import pytest

MAIL = """
[channels.email]
schema = "mailtos"
host = "smtp.example.com"
user = "me@example.com"
password = "secret"
to = {to}
"""


@pytest.fixture
def addresses(life):
    """Return a function from a configuration to the labels of its channel ``email``."""

    def of(text):
        channel = life.configure(text).app.channels["email"]
        return [recipient.label for recipient in channel.recipients]

    return of


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ('"a@example.com"', ["a@example.com"]),
        ('["a@example.com", "b@example.com"]', ["a@example.com", "b@example.com"]),
        ('"a@example.com, b@example.com"', ["a@example.com", "b@example.com"]),
        ('["Ann <a@example.com>", "b@example.com"]', ["Ann <a@example.com>", "b@example.com"]),
    ],
)
def test_each_address_of_a_table_is_a_recipient(addresses, to, expected):
    assert addresses(MAIL.replace("{to}", to)) == expected


@pytest.mark.parametrize("scheme", ["mailtos", "MailTos"])
def test_each_address_of_a_mail_url_is_a_recipient(addresses, scheme):
    url = f"{scheme}://me:secret@example.com?to=a@example.com,b@example.com"
    assert addresses(f'[channels.email]\nurl = "{url}"\n') == ["a@example.com", "b@example.com"]


def test_each_target_of_any_other_url_is_one_named_after_its_channel(addresses):
    assert addresses('[channels.email]\nurl = "ntfys://ntfy.sh/a"\n') == ["email"]
    assert addresses('[channels.email]\nurl = "ntfys://ntfy.sh/a,b"\n') == ["email", "email 2"]


def test_no_label_holds_a_secret(addresses):
    url = "json://me:secret@example.com/"
    assert "secret" not in str(addresses(f'[channels.email]\nurl = "{url}"\n'))
    assert "secret" not in str(addresses(MAIL.replace("{to}", '"a@example.com"')))
