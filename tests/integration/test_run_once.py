"""``run --once``, from a configuration file to mails at a server."""

import json
import re

import pytest
from patience import PATIENCE


@pytest.fixture
def by_loan(mail_server):
    """Return the accepted mails by the loan that their subject names."""

    def find():
        return {re.split("[】：]", mail.subject)[1]: mail for mail in mail_server.accepted}

    return find


def test_one_pass_delivers_one_mail_for_each_loan_that_is_due(command, mail_server, by_loan):
    _, err = command("run", "--once")
    assert len(mail_server.accepted) == 2
    assert by_loan()["招行信用卡"].subject.endswith("¥1,234.00")
    assert by_loan()["微粒贷"].subject.endswith("¥10,020.00")
    assert "4天" in by_loan()["微粒贷"].subject
    assert "sent 2; next: " in err


def test_a_channel_that_takes_digests_gets_one_mail_for_all(command, config, mail_server):
    config.write_text(config.read_text().replace("digest = false\n", ""))
    _, err = command("run", "--once")
    [mail] = mail_server.accepted
    assert mail.subject == "【1 紧急】2笔贷款：今天共应还¥11,254.00，逾期最久的是微粒贷（4天）"
    for part in ("plain", "html"):
        assert "微粒贷：已逾期4天，今天应还¥10,020.00" in mail.part(part)
        assert "招行信用卡：今天应还¥1,234.00" in mail.part(part)
    assert "sent 1; next: " in err
    out, _ = command("history", "--json")
    told = [(row["loan"], row["state"], row["text"]) for row in json.loads(out)]
    assert sorted(told) == [(loan, "sent", mail.part("plain")) for loan in ("card", "weilidai")]


def test_text_and_html_state_the_penalty_of_the_overdue_loan(command, by_loan):
    command("run", "--once")
    mails = by_loan()
    for part in ("plain", "html"):
        overdue, due_today = mails["微粒贷"].part(part), mails["招行信用卡"].part(part)
        assert {word for word in ("罚息", "¥20.00", "¥5.00") if word in overdue} == {
            "罚息",
            "¥20.00",
            "¥5.00",
        }
        assert "¥1,234.00" in due_today
        assert "¥20.00" not in due_today


def test_another_pass_sends_nothing(command, mail_server):
    command("run", "--once")
    _, err = command("run", "--once")
    assert "sent 0; next: " in err
    assert len(mail_server.accepted) == 2


def test_passes_at_the_same_time_send_every_mail_once(start, mail_server):
    passes = [start("run", "--once") for _ in range(2)]
    assert [process.wait(timeout=PATIENCE) for process in passes] == [0, 0]
    assert len(mail_server.accepted) == 2


def test_a_payment_takes_back_what_waits_and_the_loans_are_told_apart(command, mail_server):
    mail_server.answers.extend(["451 later", "451 later"])
    command("run", "--once")
    command("pay", "weilidai", "10020.00")
    command("run", "--once")
    out, _ = command("history", "--json")
    states = {(row["loan"], row["milestone"]): row["state"] for row in json.loads(out)}
    assert states == {
        ("card", "due"): "retrying",
        ("weilidai", "due+4"): "cancelled",
        ("weilidai", "settled"): "sent",
    }


def test_a_test_message_takes_the_same_way(command, mail_server):
    out, _ = command("test", "email")
    assert "email：me@example.com：已受理" in out
    assert len(mail_server.accepted) == 1


def test_a_wrong_password_is_told_and_not_shown(command, config, mail_server):
    (config.parent / "smtp-password").write_text("hunter2")
    out, err = command("test", "email", code=1)
    assert out.strip() == "email：me@example.com：失败：the mail server refused the login (535)"
    assert "hunter2" not in out + err


def test_an_untrusted_certificate_is_told_with_the_remedy(command, monkeypatch, mail_server):
    monkeypatch.delenv("SSL_CERT_FILE")
    out, _ = command("test", "email", code=1)
    assert "certificate is not trusted" in out
    assert "set SSL_CERT_FILE to the authority" in out
    assert mail_server.mails == []


def test_the_password_reaches_neither_the_store_nor_the_journal(command, mail_server, tmp_path):
    mail_server.answers.append("550 no")
    out, err = command("run", "--once")
    files = (path for path in (tmp_path / "state").rglob("*") if path.is_file())
    kept = b"".join(path.read_bytes() for path in files)
    assert mail_server.password not in out + err
    assert mail_server.password.encode() not in kept
    assert "招行信用卡".encode() in kept


def test_a_loan_beyond_reckoning_keeps_no_other_from_being_told(command, config, mail_server):
    far = """
    [[loans]]
    id = "far"
    name = "Far"
    due = 2016-02-29
    amount = "1000"
    penalty.daily_rate = "2%"
    compounding = "daily"
    """
    config.write_text(config.read_text() + far)
    _, err = command("run", "--once")
    subjects = " ".join(mail.subject for mail in mail_server.accepted)
    assert len(mail_server.accepted) == 3
    for told in ("微粒贷", "招行信用卡", "Far：金额大得无法计算"):
        assert told in subjects
    assert err.count("loan far") == 2  # added, and what is the matter with it
    assert "Traceback" not in err
