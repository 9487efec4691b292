"""What answers over HTTP mean."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from reminderd.delivery.answers import LONGEST_WAIT, REPLIES, Answer, read
from reminderd.errors import Refused, SoftRefusal, Undecided, Unreachable

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


def answered(schema="json", status=200, headers=(), **document):
    return read(schema, Answer(status, dict(headers), json.dumps(document).encode()), NOW)


class TestStatus:
    @pytest.mark.parametrize("status", [200, 201, 202, 204])
    def test_a_good_one_is_good(self, status):
        assert answered(status=status) is None

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 407, 413, 422])
    def test_a_refusal_by_status_alone_may_pass_since_anybody_between_can_give_it(self, status):
        error = answered(status=status)
        assert type(error) is SoftRefusal
        assert str(error) == f"the server answered {status}"

    @pytest.mark.parametrize("status", [402, 408, 409, 425, 429, 500, 502, 503, 599])
    def test_what_may_change_is_tried_again(self, status):
        error = answered(status=status)
        assert type(error) is Unreachable
        assert str(error) == f"the server answered {status}"
        assert error.wait is None

    def test_what_is_gone_is_refused_for_good(self):
        assert type(answered(status=410)) is Refused

    @pytest.mark.parametrize("status", [504, 524])
    def test_nobody_knows_of_what_a_gateway_gave_up_waiting_for(self, status):
        assert type(answered(status=status)) is Undecided
        assert type(answered("feishu", status, code=19001)) is Refused

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_an_address_that_has_moved_is_to_be_written_anew(self, status):
        error = answered(status=status)
        assert type(error) is SoftRefusal  # the page of a gate leads elsewhere, too
        assert f"answered {status}: the address has moved (write the new one" in str(error)


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("text", "wait"),
        [
            ("90", timedelta(seconds=90)),
            ("0", timedelta(0)),
            ("-5", timedelta(0)),
            ("Fri, 20 Nov 2026 01:02:00 GMT", timedelta(minutes=2)),
            ("Fri, 20 Nov 2026 01:02:00 -0000", timedelta(minutes=2)),
            ("Fri, 20 Nov 2026 00:00:00 GMT", timedelta(0)),
            ("9999999", LONGEST_WAIT),
            ("9" * 40, LONGEST_WAIT),
            ("Fri, 20 Nov 2036 01:00:00 GMT", LONGEST_WAIT),
            ("soon", None),
            ("", None),
        ],
    )
    @pytest.mark.parametrize("status", [429, 503])
    def test_it_is_honoured_for_a_day_at_most(self, status, text, wait):
        assert answered(status=status, headers={"retry-AFTER": text}).wait == wait

    def test_telegram_says_it_in_json(self):
        error = answered(
            "tgram",
            429,
            ok=False,
            error_code=429,
            description="Too Many Requests",
            parameters={"retry_after": 7},
        )
        assert type(error) is Unreachable
        assert error.wait == timedelta(seconds=7)
        assert str(error) == "the service answered 429 (Too Many Requests)"


GOOD = {
    "bark": {"code": 200, "message": "success"},
    "barks": {"code": 200, "message": "success"},
    "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"code": 0, "msg": "success", "StatusCode": 0},
    "lark": {"StatusCode": 0, "StatusMessage": "success"},
    "pover": {"status": 1, "request": "x"},
    "pushdeer": {"code": 0, "content": {"result": []}},
    "pushplus": {"code": 200, "msg": "ok"},
    "qq": {"success": True, "code": 0},
    "schan": {"code": 0, "message": ""},
    "slack": {"ok": True},
    "tgram": {"ok": True, "result": {}},
    "wechat": {"errcode": 0, "errmsg": "ok"},
    "wecombot": {"errcode": 0, "errmsg": "ok"},
}
REFUSALS = [
    ("bark", {"code": 400, "message": "device key is empty"}, "400 (device key is empty)"),
    (
        "dingtalk",
        {"errcode": 300005, "errmsg": "token is not exist"},
        "300005 (token is not exist)",
    ),
    ("dingtalk", {"errcode": 400102}, "400102"),
    ("feishu", {"code": 19001, "msg": "token invalid"}, "19001 (token invalid)"),
    ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "19024 (Key Words Not Found)"),
    (
        "tgram",
        {"ok": False, "error_code": 400, "description": "chat not found"},
        "400 (chat not found)",
    ),
    ("slack", {"ok": False, "error": "channel_not_found"}, "channel_not_found"),
    ("wechat", {"errcode": 81013, "errmsg": "all invalid"}, "81013 (all invalid)"),
    ("wecombot", {"errcode": 93000, "errmsg": "invalid url"}, "93000 (invalid url)"),
]
PASSING = [  # they hang on the clock, or on the address that we come from
    ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}),
    ("lark", {"code": 19021, "msg": "sign match fail"}),
    ("feishu", {"code": 19022, "msg": "Ip Not Allowed"}),
    ("wecombot", {"errcode": 60020, "errmsg": "not allow to access from your ip"}),
]
DELAYS = [
    ("bark", {"code": 500, "message": "push failed"}, None),
    ("dingtalk", {"errcode": -1, "errmsg": "系统繁忙"}, None),
    ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, timedelta(minutes=10)),
    ("dingtalk", {"errcode": 410100, "errmsg": "发送速度太快"}, timedelta(minutes=10)),
    ("feishu", {"code": 11232, "msg": "frequency limited"}, timedelta(minutes=1)),
    ("feishu", {"code": 1, "msg": "nobody knows"}, None),
    ("pushdeer", {"code": 80501, "error": "token"}, None),
    ("qq", {"success": False, "reason": "busy"}, None),
    ("schan", {"code": 40001, "message": "超过当天的发送次数限制"}, timedelta(minutes=10)),
    ("slack", {"ok": False, "error": "ratelimited"}, timedelta(minutes=1)),
    ("wecombot", {"errcode": 45009, "errmsg": "api freq out of limit"}, timedelta(minutes=1)),
    ("wecombot", {"errcode": [1]}, None),
]


class TestReplies:
    @pytest.mark.parametrize(("schema", "document"), GOOD.items())
    def test_each_service_has_a_way_to_say_yes(self, schema, document):
        assert read(schema, Answer(200, {}, json.dumps(document).encode()), NOW) is None

    def test_none_is_left_out_above(self):
        assert set(GOOD) >= set(REPLIES)

    @pytest.mark.parametrize(("schema", "document", "said"), REFUSALS)
    def test_a_no_for_good_is_refused(self, schema, document, said):
        error = answered(schema, **document)
        assert type(error) is Refused
        assert str(error) == f"the service answered {said}"

    @pytest.mark.parametrize(("schema", "document"), PASSING)
    def test_a_no_that_time_may_mend_is_a_soft_one(self, schema, document):
        assert type(answered(schema, **document)) is SoftRefusal

    @pytest.mark.parametrize(("schema", "document", "wait"), DELAYS)
    def test_any_other_no_is_tried_again(self, schema, document, wait):
        error = answered(schema, **document)
        assert type(error) is Unreachable
        assert error.wait == wait

    def test_a_code_outweighs_the_status_that_comes_with_it(self):
        assert type(answered("feishu", 500, code=19001)) is Refused
        assert type(answered("feishu", 400, code=11232)) is Unreachable
        assert type(answered("feishu", 400, code=77)) is SoftRefusal
        assert type(answered("schan", 400, code=40001)) is Unreachable

    @pytest.mark.parametrize("schema", [*REPLIES, "barks"])
    @pytest.mark.parametrize(
        "body", [b"", b"fine", b"[]", b"{", b"\xff", b"null", b"{}", b"<html>Welcome</html>"]
    )
    def test_an_answer_without_the_services_own_code_leaves_it_unknown(self, schema, body):
        error = read(schema, Answer(200, {}, body), NOW)
        assert type(error) is Undecided
        assert str(error).startswith("the server answered 200 without a word of the service")

    def test_slack_says_yes_to_a_webhook_in_plain_words(self):
        assert read("slack", Answer(200, {}, b"ok"), NOW) is None

    @pytest.mark.parametrize("body", [b"<!DOCTYPE html>\n<html>", b"\xef\xbb\xbf\n <HTML lang=de>"])
    def test_a_page_is_nobodys_answer_but_that_of_a_hook_of_ones_own(self, body):
        assert type(read("ntfys", Answer(200, {}, body), NOW)) is Undecided
        assert read("jsons", Answer(200, {}, body), NOW) is None

    def test_other_services_say_yes_by_status(self):
        for body in (b"", b"{}", b"ok"):
            assert read("ntfy", Answer(200, {}, body), NOW) is None

    def test_words_are_cut_and_put_on_one_line(self):
        error = answered("dingtalk", errcode=-1, errmsg="a\r\nb" + "c" * 500)
        assert str(error) == f"the service answered -1 (a b{'c' * 196}…)"

    def test_who_is_not_named_may_say_what_he_likes(self):
        assert answered("json", errcode=1, code=500, ok=False) is None
