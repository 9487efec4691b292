"""Every key and value of a TOML text is found where it stands."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderd.config.positions import locate

# Each document marks the key with « and the value with » of one path.
DOCUMENTS = {
    "a plain pair": ('«locale = »"en"\n', ("locale",)),
    "a pair after comments and blank lines": ("# x = 1\n\n  \t# y\n«x =\t»1 # z\n", ("x",)),
    "a pair without spaces": ("a=1\n«b=»2\n", ("b",)),
    "a value with a comment that looks like one": ('«a = »"#" # a = 2\nb = 1\n', ("a",)),
    "a pair in a table": ("[t]\n«a = »1\n", ("t", "a")),
    "a pair in the second of two tables": ("[t]\na = 1\n[u]\n«a = »1\n", ("u", "a")),
    "a table by its heading": ("x = 1\n  «»[t]\na = 1\n", ("t",)),
    "a table inside a table": ("[a]\n[a.b]\n«c = »1\n", ("a", "b", "c")),
    "a table that only its part names": ("«»[a.b.c]\nx = 1\n", ("a", "b")),
    "a heading with spaces and a comment": ("[ a . b ] # [c]\n«x = »1\n", ("a", "b", "x")),
    "a dotted key": ('penalty.«daily_rate = »"1%"\n', ("penalty", "daily_rate")),
    "the table that a dotted key makes": ("«»penalty.daily_rate = 1\n", ("penalty",)),
    "a dotted key with spaces": ("a . b .\t«c = »1\n", ("a", "b", "c")),
    "the second key of a dotted table": ("a.b = 1\na.«c = »2\n", ("a", "c")),
    "a quoted key": ('«"a b" = »1\n', ("a b",)),
    "a quoted key with a dot in it": ('x."a.b".«c = »1\n', ("x", "a.b", "c")),
    "a quoted key with quotes in it": ('«"a\\"b" = »1\n', ('a"b',)),
    "a quoted key with an escape": ('«"\\u5fae" = »1\n', ("微",)),
    "a key in single quotes": ("«'a \\ \"b\"' = »1\n", ('a \\ "b"',)),
    "an empty key": ('«"" = »1\n', ("",)),
    "a quoted heading": ('[channels."my phone"]\n«url = »"x"\n', ("channels", "my phone", "url")),
    "an item of an array": ("a = [1, «»2, 3]\n", ("a", 1)),
    "an item behind a comma in a text": ('a = ["x,y", «»"z"]\n', ("a", 1)),
    "an item behind a bracket in a text": ("a = ['x]', «»'z']\n", ("a", 1)),
    "an item on a line of its own": ("a = [\n  1, # one\n  # two\n  «»2,\n]\n", ("a", 1)),
    "an item of a nested array": ("a = [[1, 2], [3, «»4]]\n", ("a", 1, 1)),
    "a pair behind an empty array": ("a = [ ]\n«b = »[]\n", ("b",)),
    "a key of an inline table": ("a = { x = 1, «y = »2 }\n", ("a", "y")),
    "a key of an inline table in an array": ("a = [{ x = 1 }, { «x = »2 }]\n", ("a", 1, "x")),
    "a dotted key of an inline table": ("a = { b.«c = »1 }\n", ("a", "b", "c")),
    "a pair behind an empty inline table": ("a = {}\n«b = »1\n", ("b",)),
    "a date with a time behind a space": ("a = 2026-12-05 09:00:00\n«b = »1\n", ("b",)),
    "a pair behind a text of many lines": (
        'a = """x\ny = 1\n[z]\n"quoted" """\n«b = »1\n',
        ("b",),
    ),
    "a pair behind a text that ends in quotes": ('a = """x"""""\n«b = »1\n', ("b",)),
    "a pair behind an escaped quote": ('a = "x\\"" # "\n«b = »1\n', ("b",)),
    "a pair behind many lines in single quotes": ("a = '''\nit's\nb = 2'''\n«b = »1\n", ("b",)),
    "a pair behind an empty text": ("a = \"\"\n«b = »''\n", ("b",)),
    "the first table of an array": ("[[l]]\n«a = »1\n[[l]]\na = 2\n", ("l", 0, "a")),
    "the second table of an array": ("[[l]]\na = 1\n[[l]]\n«a = »2\n", ("l", 1, "a")),
    "the second heading of an array": ("[[l]]\na = 1\n«»[[l]]\na = 2\n", ("l", 1)),
    "an array of tables as a whole": ("x = 1\n«»[[l]]\n[[l]]\n", ("l",)),
    "a table inside the last table of an array": (
        "[[l]]\n[[l]]\n[l.p]\n«a = »1\n",
        ("l", 1, "p", "a"),
    ),
    "an array inside each table of an array": (
        "[[l]]\n[[l.m]]\na = 1\n[[l]]\n[[l.m]]\na = 2\n[[l.m]]\n«a = »3\n",
        ("l", 1, "m", 1, "a"),
    ),
    "tables out of order": ("[a.x]\ni = 1\n[b]\ni = 2\n[a.y]\n«i = »3\n", ("a", "y", "i")),
    "an array taken up again": ("[[l]]\n[t]\nx = 1\n[[l]]\n«x = »1\n", ("l", 1, "x")),
    "a text without a line end": ("a = 1\n«b = »2", ("b",)),
    "a text with the line ends of Windows": (
        "[t]\r\n# x\r\na = [\r\n1]\r\n«b = »2\r\n",
        ("t", "b"),
    ),
    "words that are not ASCII": ('a = "微粒贷" # 备注\n«b = »"é"\n', ("b",)),
}


def place(text, mark):
    before = text[: text.index(mark)].replace("«", "").replace("»", "")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_key_and_value_are_found(name):
    marked, path = DOCUMENTS[name]
    text = marked.replace("«", "").replace("»", "")
    tomllib.loads(text)  # the document itself is in order
    positions = locate(text)
    assert positions.has(path)
    assert positions.key(path) == place(marked, "«")
    assert positions.value(path) == place(marked, "»")


def test_what_is_not_there_is_pointed_at_through_what_is_around_it():
    positions = locate('x = 1\n[[loans]]\nid = "a"\npayments = [{ amount = 5 }]\n')
    assert positions.value(("loans", 0, "payments", 0, "date")) == (4, 13)
    assert positions.value(("loans", 0, "due")) == (2, 1)
    assert positions.key(("loans", 7)) == (2, 1)
    assert positions.key(("nothing",)) == (1, 1)
    assert not positions.has(("loans", 0, "due"))


def test_a_line_belongs_to_the_heading_above_it():
    positions = locate("a = 1\n[t]\nb = 1\n\n[[l]]\n# nothing\n[[l]]\nc = 1\n")
    expected = [(), ("t",), ("t",), ("t",), ("l", 0), ("l", 0), ("l", 1), ("l", 1)]
    assert [positions.table_at(line) for line in range(1, 9)] == expected


class Writer:
    """Writes a random TOML document and remembers where it put what."""

    def __init__(self, draw):
        self.draw = draw
        self.text = ""
        self.keys = {}
        self.values = {}

    def one_of(self, *choices):
        return self.draw(st.sampled_from(choices))

    def space(self):
        self.text += self.one_of("", " ", "  ", "\t")

    def gap(self):
        """Write what may stand between the items of an array."""
        self.text += self.one_of("", " ", "\n", '\n  # a = [1, "x\n', "# ]\n")

    def stands(self, path):
        self.keys.setdefault(path, len(self.text))
        self.values.setdefault(path, len(self.text))

    def name(self, name):
        styles = [f'"{name}"', f"'{name}'", '"' + "".join(f"\\u{ord(c):04x}" for c in name) + '"']
        self.text += self.one_of(*([name] if name.isascii() and name.isalnum() else []), *styles)

    def document(self, tree):
        """Write scalars and inline values first, then tables, as TOML wants it."""
        self.blank()
        self.body((), {k: v for k, v in tree.items() if not self.is_block(v)})
        for key, value in tree.items():
            if isinstance(value, Table):
                self.heading((key,), (key,), "[", "]")
                self.body((key,), value)
            elif isinstance(value, Tables):
                for number, table in enumerate(value):
                    self.heading((key,), (key, number), "[[", "]]")
                    self.body((key, number), table)
        return self.text

    @staticmethod
    def is_block(value):
        return isinstance(value, Table | Tables)

    def blank(self):
        self.text += self.one_of("", "\n", "# [no] = heading\n", "  \n\t# it's\n")

    def heading(self, names, path, opening, closing):
        self.blank()
        for length in range(1, len(path) + 1):
            self.stands(path[:length])
        self.text += opening
        for number, name in enumerate(names):
            self.text += "." if number else ""
            self.space()
            self.name(name)
            self.space()
        self.text += closing + self.one_of("\n", " # [x]\n")

    def body(self, path, table):
        for key, value in table.items():
            self.space()
            self.pair(path, key, value)
            self.text += self.one_of("\n", " # x = 1\n", "\n\n")

    def pair(self, path, key, value):
        path = (*path, key)
        self.stands(path)
        self.name(key)
        self.space()
        if isinstance(value, dict) and len(value) == 1 and self.one_of(True, False):
            self.text += "."
            self.space()
            [(inner, value)] = value.items()
            self.pair(path, inner, value)
            return
        self.text += "="
        self.space()
        self.value(path, value)

    def value(self, path, value):
        self.values[path] = len(self.text)
        if isinstance(value, dict):
            self.inline(path, value)
        elif isinstance(value, list):
            self.array(path, value)
        else:
            self.text += value

    def inline(self, path, table):
        self.text += "{"
        for number, (key, value) in enumerate(table.items()):
            self.text += "," if number else ""
            self.space()
            self.pair(path, key, value)
            self.space()
        self.text += "}"

    def array(self, path, items):
        self.text += "["
        for number, item in enumerate(items):
            self.text += "," if number else ""
            self.gap()
            self.keys[*path, number] = len(self.text)
            self.value((*path, number), item)
            self.gap()
        self.text += self.one_of("]", ",]") if items else "]"


class Table(dict):
    """A table with a heading."""


class Tables(list):
    """An array of tables with headings."""


NAMES = st.sampled_from(["a", "b", "id", "url", "x y", "微", "a.b", "c#", "d=e", "["])
SCALARS = st.sampled_from(
    [
        "1",
        "-1_000",
        "0.05",
        "true",
        "2026-12-05",
        "2026-12-05 09:00:00",
        "09:00:00",
        "nan",
        '"text"',
        '""',
        "''",
        '"a, b] } # = \\" \\\\"',
        "'C:\\'",
        '"""\nx = 1\n[y]\n"q" ""\\""""',
        '""""quoted""""',
        "'''\nit's\n'''",
        '"微粒贷"',
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
TABLES = st.dictionaries(NAMES, VALUES, max_size=3)
TREES = st.dictionaries(
    NAMES,
    VALUES | TABLES.map(Table) | st.lists(TABLES, min_size=1, max_size=3).map(Tables),
    max_size=5,
)


def paths(value, path=()):
    """Yield the path of everything inside a parsed document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from paths(inner, (*path, key))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_whatever_is_written_is_found_where_it_was_put(data):
    writer = Writer(data.draw)
    text = writer.document(data.draw(TREES))
    positions = locate(text)
    assert set(paths(tomllib.loads(text))) == set(writer.keys)
    assert positions.keys == writer.keys
    assert positions.values == writer.values
