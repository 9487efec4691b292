"""``explain``: why the last alert of a loan fired, or why none did."""

NOW = "2026-12-09 12:00"


def test_before_anything_was_sent_it_says_what_will_be(config, said, told):
    lines = said("explain", "card").splitlines()
    assert lines == [
        "No alert has fired for this loan yet.",
        f"Next alert, if nothing is paid: due+4, at {NOW}: the loan is new here.",
        "  It will go to screen.",
    ]
    known = told("explain", "card")
    assert (known["last"], known["not_sent"]) == (None, [])
    assert known["next"]["milestone"] == "due+4"


def test_what_fired_has_its_reason_and_where_it_went(config, call, said, told, clock):
    call("run", "--once")
    clock.shown = clock.shown.replace(day=12)
    call("run", "--once")
    lines = said("explain", "card").splitlines()
    assert lines[:3] == [
        "Last alert: due+7, at 2026-12-12 12:00: it is overdue.",
        "  About what is due on 2026-12-05.",
        "  screen: screen: sent 2026-12-12 12:00",
    ]
    assert lines[3].startswith("Next alert, if nothing is paid: due+14, at 2026-12-19 09:00: ")
    last = told("explain", "card")["last"]
    assert [way["state"] for way in last["deliveries"]] == ["sent"]


def test_what_a_newer_alert_replaced_is_told(config, call, said, clock):
    call("run", "--once")
    clock.shown = clock.shown.replace(month=12, day=20)
    call("run", "--once")
    text = said("explain", "card")
    assert "Last alert: due+14" in text
    assert "it will go to screen" in text.lower()


def test_an_alert_that_no_channel_takes_went_nowhere(write, call, said):
    write(
        'locale = "en"\ntimezone = "Asia/Shanghai"\n'
        '[channels.late]\nurl = "console://"\nmin_severity = "critical"\n'
        '[[loans]]\nid = "a"\ndue = 2026-12-12\namount = 5\n'
    )
    assert "It will go nowhere" in said("explain", "a")
    call("run", "--once")
    assert "It went nowhere" in said("explain", "a")


def test_a_loan_that_is_paid_has_nothing_to_come(write, call, said, clock):
    write('locale = "en"\n[[loans]]\nid = "a"\ndue = 2026-12-12\namount = 5\npayments = []\n')
    call("pay", "a", "5")
    assert said("explain", "a").splitlines() == [
        "No alert has fired for this loan yet.",
        "No alert is to come: nothing is left to pay.",
    ]


def test_a_snooze_is_told(config, call, said):
    call("snooze", "card", "--days", "3")
    assert "Credit card is snoozed until 2026-12-12 09:00" in said("explain", "card")


def test_in_chinese(config, write, said):
    write(config.read_text().replace('"en"', '"zh-CN"'))
    assert said("explain", "card").splitlines() == [
        "这笔贷款还没有触发过提醒。",
        f"如不还款，下次提醒：due+4，{NOW}，原因：这笔贷款是新加入的。",
        "  将发往screen。",
    ]


def test_a_loan_that_is_not_there_is_refused(config, refused):
    assert refused("explain", "crad")[0] == 2
