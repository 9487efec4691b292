"""What is not TOML is reported where it is, and does not hide the mistakes behind it."""

import pytest

CARD = '[[loans]]\nid = "card"\ndue = 2026-12-05\namount = "1234.00"\n'
LATER = 'timezone = §"Mars"\n'
FOUND_LATER = "timezone: 'Mars' is not a time zone (write one as \"Asia/Shanghai\")"

NO_KEY = "this is not a key (write key = value; names beyond a-z need quotes)"
TWICE = "this key is given twice (remove one of the two)"
NO_QUOTE = "this quote is never closed (write another at the end of the text)"
NO_VALUE = "there is no value here (write one behind the =, or remove the key)"
UNREADABLE = "this cannot be read (a text needs quotes, a date is written 2026-12-05)"
BACKSLASH = "a backslash has a meaning of its own here (write two, or use 'single quotes')"
COMMAS = "this cannot be read (items need a comma between them, and a {} behind the last)"

# Each is followed by a mistake of another kind, which has to be found as well.
TORN = {
    "a text without quotes": (
        "locale = §zh-CN\n",
        'zh-CN cannot be read (a text needs quotes: "zh-CN")',
    ),
    "a text without quotes before a comment": (
        "currency = §CNY # which\n",
        'CNY cannot be read (a text needs quotes: "CNY")',
    ),
    "a key without a value": ("locale =§\n", NO_VALUE),
    "a key without a value before a comment": ("locale = §# none\n", NO_VALUE),
    "a key without an equals sign": ("locale§\n", "there is no = here (write key = value)"),
    "a colon for an equals sign": ('locale§: "en"\n', "there is no = here (write key = value)"),
    "a sentence": ("locale §is english\n", "there is no = here (write key = value)"),
    "a key with letters beyond a-z": ('[channels.a]\nschema = "json"\n§密码 = "x"\n', NO_KEY),
    "a dotted key without an end": ("penalty.§= 1\n", NO_KEY),
    "a character for nothing": ("§%\n", NO_KEY),
    "the same key twice": ('locale = "en"\n§locale = "en"\n', TWICE),
    "the same key twice in braces": (
        'reminders = { send_at = "09:00", send_at = "10:00"§ }\n',
        TWICE,
    ),
    "a list twice, over many lines": (
        "[reminders]\nbefore_due = [1]\n§before_due = [\n  1,\n]\n",
        TWICE,
    ),
    "a quote that is not closed": ('locale = §"en\n', NO_QUOTE),
    "a single quote that is not closed": ("locale = §'en\n", NO_QUOTE),
    "a quote in a list that is not closed": ('x = ["a, b]§\n', NO_QUOTE),
    "three quotes that are not closed": (
        'locale = §"""en\n',
        NO_QUOTE,
    ),
    "a bracket that is not closed": (
        "x = §[7, 3\n",
        "this [ is never closed (write ] after its last item)",
    ),
    "a bracket that is not closed behind a comma": (
        "x = §[7,\n# and\n\n",
        "this [ is never closed (write ] after its last item)",
    ),
    "a bracket over many lines that is not closed": (
        "x = §[\n  7,\n  3,\n",
        "this [ is never closed (write ] after its last item)",
    ),
    "a brace that is not closed": (
        "x = { a = 1§\n",
        "a } is missing at the end of this line",
    ),
    "a list without commas": ("x = [7 §3]\n", COMMAS.format("]")),
    "a table without commas": ("x = { a = 1 §b = 2 }\n", COMMAS.format("}")),
    "a text without quotes in a list": ("x = [§en]\n", UNREADABLE),
    "a text without quotes in a list of many lines": ('x = [\n  "a",\n  §en,\n]\n', UNREADABLE),
    "a date without zeros in a table": (
        "x = { a = 2026§-1-5 }\n",
        COMMAS.format("}"),
    ),
    "two keys on one line": (
        'locale = "en" §currency = "CNY"\n',
        "this is too much for one line (write each key on a line of its own)",
    ),
    "a backslash in a text": ('x = "C:\\P§rograms"\n', BACKSLASH),
    "a character nobody sees": (
        'x = "a§\x07"\n',
        "there is a character here that nobody can see (delete it)",
    ),
    "a character nobody sees in a comment": (
        "# a§\x00\n",
        "there is a character here that nobody can see (delete it)",
    ),
    "a table that was a key before": (
        "[x]\na.b = 1\n§a = 2\n",
        TWICE,
    ),
}


@pytest.mark.parametrize("torn", TORN)
def test_what_cannot_be_read_is_explained_and_what_follows_is_still_read(torn, problems, pointed):
    marked, sentence = TORN[torn]
    text, [place, *_] = pointed(marked)
    unknown = [p for p in problems(text + "[other]\n") if ": other: " in p]
    assert unknown, "the heading behind was not seen"
    assert f"config.toml:{place}: {sentence}" in problems(text)


@pytest.mark.parametrize("torn", [name for name in TORN if "[" not in TORN[name][0]])
def test_the_key_on_the_next_line_is_read_too(torn, problems, pointed):
    text, places = pointed(TORN[torn][0] + LATER)
    assert f"config.toml:{places[-1]}: {FOUND_LATER}" in problems(text)


HEADINGS = {
    "a bracket missing at the end": ("§[reminders\n", "[reminders]"),
    "a bracket missing at the end of a pair": ("§[[loans]\n", "[[loans]]"),
    "a bracket too many": ("§[reminders]]\n", "[reminders]"),
    "two names": ("§[channels.my phone]\n", '[channels."my phone"]'),
    "letters beyond a-z": ("§[channels.手机] # 微信\n", '[channels."手机"]'),
    "something behind it": ("  §[reminders] now\n", "[reminders]"),
    "one pair of brackets for the second loan": (
        '[[loans]]\nid = "a"\ndue = 2026-12-05\namount = 1\n§[loans]\nid = "b"\n',
        "[[loans]]",
    ),
}


@pytest.mark.parametrize("torn", HEADINGS)
def test_a_torn_heading_is_explained(torn, problems, pointed):
    marked, heading = HEADINGS[torn]
    text, [place] = pointed(marked)
    sentence = f"config.toml:{place}: this heading cannot be read (write {heading})"
    assert sentence in problems(text)


def test_the_keys_under_a_torn_heading_are_read_as_if_it_were_whole(problems, pointed):
    text, [heading, amount] = pointed(
        f'{CARD}§[[loans]\nid = "b"\ndue = 2026-12-05\namount = §"-1"\n'
    )
    assert problems(text) == [
        f"config.toml:{heading}: this heading cannot be read (write [[loans]])",
        f'config.toml:{amount}: loans[1].amount: -1 is not above zero (write it as in "1234.50")',
    ]


def test_the_keys_under_a_heading_that_is_there_twice_are_not_taken_for_others(problems, pointed):
    text, [place] = pointed(
        '[reminders]\nsend_at = "09:00"\n[channels.a]\nurl = "console://"\n'
        "§[reminders]\nbefore_due = [1]\n"
    )
    assert problems(text) == [
        f"config.toml:{place}: this heading is there twice, or reminders is a key already "
        "(keep one of them)"
    ]


def test_the_keys_under_a_heading_nobody_understands_are_not_taken_for_others(problems, pointed):
    text, [heading, later] = pointed(
        '[reminders]\n§[what, ever\nx = 1\ny = 2\n[[loans]]\nid = "a"\ndue = 2026-12-05\n'
        "amount = §0\n"
    )
    assert [problem.split(": ")[0] for problem in problems(text)] == [
        f"config.toml:{heading}",
        f"config.toml:{later}",
    ]


def test_a_statement_that_swallows_headings_gives_them_back(problems, pointed):
    text, [bracket, days, loan] = pointed(
        "[reminders]\nbefore_due = §[7, 3\noverdue_days = §[0]\n"
        '[[loans]]\nid = "a"\ndue = 2026-12-05\namount = §"x"\n'
    )
    assert [problem.split(": ")[0] for problem in problems(text)] == [
        f"config.toml:{bracket}",
        f"config.toml:{days}",
        f"config.toml:{loan}",
    ]


def test_a_key_on_a_line_that_cannot_be_read_is_not_called_missing(problems, pointed):
    text, [place] = pointed('[[loans]]\nid = "a"\ndue =§\namount = "1"\n')
    assert problems(text) == [f"config.toml:{place}: {NO_VALUE}"]


def test_a_channel_whose_url_cannot_be_read_is_not_said_to_have_none(problems, pointed):
    text, [place] = pointed('[channels.a]\nurl = §"ntfys://x\n')
    assert problems(text) == [f"config.toml:{place}: {NO_QUOTE}"]


def test_an_id_that_cannot_be_read_is_not_called_missing(problems, pointed):
    text, [place] = pointed('[[loans]]\nid =§\ndue = 2026-12-05\namount = "1"\n')
    assert problems(text) == [f"config.toml:{place}: {NO_VALUE}"]


def test_a_torn_line_does_not_excuse_other_tables(problems):
    found = problems('[[loans]]\nid =\n[[loans]]\nname = "b"\ndue = 2026-12-05\namount = 1\n')
    assert [problem.split(": ", 1)[1] for problem in found] == [
        NO_VALUE,
        "loans[1]: 'id' is missing (write id = \"card\")",
    ]


def test_a_key_given_twice_does_not_excuse_what_is_missing(problems, pointed):
    text, [due, twice] = pointed('[[loans]]\nid = "a"\ndue = §2026-12-05\n§id = "b"\n')
    assert problems(text) == [
        f'config.toml:{due}: loans[0].due: needs an amount beside it (add amount = "1234.00")',
        f"config.toml:{twice}: {TWICE}",
    ]


def test_a_value_without_quotes_ends_where_its_line_does_on_windows(problems):
    assert problems("locale = de\r\n") == [
        'config.toml:1:10: locale: \'de\' is not a known language (write "zh-CN" or "en")'
    ]


def test_a_value_without_quotes_is_reported_once_in_the_words_of_its_key(problems):
    assert problems("[reminders]\nsend_at = nine\n") == [
        "config.toml:2:11: reminders.send_at: 'nine' is not a time of day (write \"09:00\")"
    ]


def test_a_value_without_quotes_that_would_be_right_is_reported_all_the_same(problems):
    assert problems("currency = CNY\n") == [
        'config.toml:1:12: CNY cannot be read (a text needs quotes: "CNY")'
    ]


@pytest.mark.parametrize(
    "beyond", ["x = " + "1" * 5000, "x = " + "[" * 3000, "x = " + "{a=" * 3000], ids=lambda b: b[:7]
)
def test_what_is_too_large_to_read_is_refused_in_a_sentence(beyond, problems):
    assert problems(beyond) == [
        "config.toml:1:1: there is a number or a nesting in this file that is too large to read"
    ]


def test_a_file_of_another_kind_is_not_reported_line_by_line_for_ever(problems):
    assert len(problems("<config>a</config>\n" * 1000)) == 50


@pytest.mark.parametrize("key", ["_env_file", "_cli_parse_args", "__pydantic_self__", "document"])
def test_a_key_cannot_steer_the_reader_itself(key, problems):
    assert problems(f'{key} = "x"\n')[0].startswith(f"config.toml:1:1: {key}: unknown key")


def test_a_key_in_capitals_is_another_key(problems):
    assert problems('Locale = "en"\n') == [
        "config.toml:1:1: Locale: unknown key (did you mean 'locale'?)"
    ]
