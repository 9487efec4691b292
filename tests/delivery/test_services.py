"""What is known of single services, and lines of a length that they take."""

import json

import pytest

from reminderd.alerts.channel import Recipient
from reminderd.delivery.services import SERVICES, folded, service
from reminderd.delivery.transport import format_of, verify
from reminderd.messages.message import Format
from reminderd.playbook.playbook import Severity

SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


class TestFormat:
    @pytest.mark.parametrize(
        ("target", "form"),
        [
            ("console://", Format.FULL),
            ("mailto://me:pw@example.com", Format.HTML),
            ({"schema": "mailtos", "host": "example.com", "to": "me@example.com"}, Format.HTML),
            ("mailgun://me@example.com/key-1234567890", Format.HTML),
            ("tgram://123456789:abcdefg_hijklmnop/12315544/", Format.MARKDOWN),
            (SLACK, Format.MARKDOWN),
            ("mmosts://localhost/3ccdd113474722377935511fc85d3dd4", Format.MARKDOWN),
            ("DingTalk://token", Format.MARKDOWN),
            ("schan://token", Format.MARKDOWN),
            ("wecombot://key", Format.TEXT),
            ("feishu://token", Format.TEXT),
            ("ntfys://topic", Format.TEXT),
            ("bark://localhost/key", Format.TEXT),
            ("irc://localhost/%23loans", Format.TEXT),
            ("json://localhost", Format.TEXT),
            ("no service at all", Format.TEXT),
        ],
    )
    def test_it_suits_the_service(self, target, form):
        assert format_of(Recipient("it", target), None) is form

    def test_the_channels_own_comes_first(self):
        assert format_of(Recipient("it", "console://?format=text"), Format.HTML) is Format.HTML

    @pytest.mark.parametrize(
        ("target", "form"),
        [
            ("ntfy://topic?format=markdown", Format.MARKDOWN),
            ({"schema": "ntfy", "topic": "loans", "format": "markdown"}, Format.MARKDOWN),
            ("tgram://123456789:abcdefg_hijklmnop/12315544/?format=text", Format.TEXT),
            ("tgram://123456789:abcdefg_hijklmnop/12315544/?format=html", Format.MARKDOWN),
            ("mailto://me:pw@example.com?format=text", Format.FULL),
        ],
    )
    def test_then_the_one_that_the_target_asks_for(self, target, form):
        assert format_of(Recipient("it", target), None) is form


class TestMissing:
    def test_a_service_says_which_packages_it_lacks(self):
        said = verify(Recipient("it", "xmpp://me:secret@localhost"))
        assert said.startswith("xmpp needs Python packages that are not installed: slixmpp")

    def test_a_service_of_another_system_says_so(self):
        assert verify(Recipient("it", "windows://")) == "windows cannot work on this machine"


class TestTable:
    def test_it_names_only_services_that_there_are(self):
        from apprise.plugins import N_MGR

        assert set(N_MGR.schemas()) >= set(SERVICES)

    @pytest.mark.parametrize("schema", sorted(name for name, s in SERVICES.items() if s.ring))
    def test_what_rings_is_an_attribute_of_apprises_plugin(self, schema):
        from apprise.plugins import N_MGR

        assert SERVICES[schema].ring.attribute in N_MGR[schema].template_args

    def test_a_secure_schema_is_the_same_service(self):
        assert service("ntfys") is service("ntfy")
        assert service("ses") is SERVICES["ses"]

    def test_the_worse_it_is_the_louder_it_rings(self):
        ring = service("ntfy").ring
        assert [ring.of(severity) for severity in Severity] == ["default", "high", "max"]


class TestRoom:
    @pytest.mark.parametrize("text", ["plain", "今天应还 ¥1,150.00", "今天 🔔", "a\nb"])
    def test_as_many_characters_fit_even_of_the_longest(self, text):
        for known in [service("wecombot"), service("ntfy")]:
            worst = max(text, key=lambda sign: len(sign.encode())) * known.room(text)
            size = len(json.dumps(worst)) - 2 if known.escaped else len(worst.encode())
            assert known.takes // 2 <= size <= known.takes

    def test_a_service_without_a_limit_of_its_own_has_none(self):
        assert service("gotify").room("今天") is None


class TestFolded:
    LINE = "今天应还本金、利息和罚息，" * 40

    def test_short_lines_stay_and_empty_ones_go(self):
        assert folded("一\n\n  二  \n \n三", 30) == ["一", "  二", "三"]

    def test_no_line_is_longer_in_bytes_and_none_of_it_is_lost(self):
        lines = folded(self.LINE, 100)
        assert max(len(line.encode()) for line in lines) <= 100
        assert "".join(lines) == self.LINE

    def test_they_break_behind_a_clause(self):
        assert all(line.endswith(("，", "、")) for line in folded(self.LINE, 100))

    def test_words_are_not_broken(self):
        assert folded("  pay today or tomorrow", 12) == ["  pay today", "or tomorrow"]
        assert folded("pay today or tomorrow", 10) == ["pay today", "or", "tomorrow"]

    def test_where_nothing_else_is_found_they_break_between_characters(self):
        assert folded("一二三四五六七", 10) == ["一二三", "四五六", "七"]
