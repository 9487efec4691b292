"""The picture of what waiting costs: what its bars say, and that mail can show it."""

import re
import struct
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminderd.messages.chart import HEIGHT, WIDTH, png, svg

TODAY = date(2026, 11, 20)
LOW = HEIGHT // 20
totals = st.lists(st.integers(0, 10**15), min_size=1, max_size=62)


@dataclass(frozen=True)
class Bar:
    """The smallest box around one outline, and how it is filled; y grows downwards."""

    left: int
    top: int
    right: int
    bottom: int
    look: str

    @property
    def height(self):
        return self.bottom - self.top


def on(day):
    return TODAY + timedelta(days=day)


def curve(sums, start=TODAY):
    return [(start + timedelta(days=day), total) for day, total in enumerate(sums)]


def outlines(drawing):
    """Follow every outline of a drawing; return the box around each."""
    found = []
    for look, path in re.findall(r'<path (.*?) d="(.*?)"/>', drawing):
        for outline in re.findall(r"[^z]+z", path):
            xs, ys = zip(*corners(outline), strict=True)
            found.append(Bar(min(xs), min(ys), max(xs), max(ys), look))
    return found


def corners(outline):
    """Yield every point that an outline goes through or bends towards."""
    x = y = 0
    for command, operands in re.findall(r"([Mhvq])([-\d ]+)", outline):
        match command, [int(number) for number in re.findall(r"-?\d+", operands)]:
            case "M", [x, y]:
                pass
            case "h", [dx]:
                x += dx
            case "v", [dy]:
                y += dy
            case "q", [bend_x, bend_y, dx, dy]:
                yield x + bend_x, y + bend_y
                x, y = x + dx, y + dy
        yield x, y


def bars(sums, cliffs=()):
    """Return the bar of each day, in order, without what stands behind those of cliffs."""
    drawn = outlines(svg(curve(sums), cliffs))
    front = {bar.left: bar for bar in drawn}  # what is drawn later covers what was drawn before
    return [front[left] for left in sorted(front)]


def heights(sums):
    return [bar.height for bar in bars(sums)]


class TestBars:
    @given(totals)
    def test_there_is_one_for_each_day_side_by_side_from_edge_to_edge(self, sums):
        drawn = bars(sums)
        assert len(drawn) == len(sums)
        assert (drawn[0].left, drawn[-1].right) == (0, WIDTH)
        assert all(bar.left < bar.right for bar in drawn)
        assert all(one.right < other.left for one, other in zip(drawn, drawn[1:], strict=False))

    @given(totals, st.sets(st.integers(-2, 70)))
    def test_nothing_leaves_the_picture(self, sums, days):
        for bar in outlines(svg(curve(sums), {on(day) for day in days})):
            assert 0 <= bar.left < bar.right <= WIDTH
            assert 0 <= bar.top < bar.bottom == HEIGHT

    @given(totals)
    def test_a_sum_that_never_falls_never_falls_in_the_picture(self, sums):
        drawn = heights(sorted(sums))
        assert drawn == sorted(drawn)

    def test_equal_costs_a_day_are_equal_steps(self):
        drawn = heights([1_234_56 + 61 * day for day in range(31)])
        assert len({after - before for before, after in zip(drawn, drawn[1:], strict=False)}) == 1

    def test_waiting_that_costs_nothing_is_a_row_of_feet(self):
        [height] = set(heights([1_234_56] * 14))
        assert 0 < height < LOW

    @pytest.mark.parametrize("owed", [0, 1, 1_234_56])
    def test_one_day_alone_is_a_foot(self, owed):
        [bar] = bars([owed])
        assert 0 < bar.height < LOW

    def test_a_jump_is_seen_on_its_day(self):
        drawn = heights([100_000] * 9 + [105_000] * 5)
        assert max(drawn[:9]) < LOW
        assert set(drawn[9:]) == {HEIGHT}

    @pytest.mark.parametrize("owed", [0, 100_00, 10**30])
    def test_the_dearest_day_has_the_full_height(self, owed):
        drawn = heights([owed, owed * 2 + 5, owed * 3 + 10])
        assert drawn[-1] == HEIGHT
        assert drawn[1] == pytest.approx(HEIGHT / 2, abs=LOW)

    def test_a_trifle_does_not_tower(self):
        assert heights([100_000, 101_000])[-1] == HEIGHT
        assert heights([100_000, 100_500])[-1] == pytest.approx(HEIGHT / 2, abs=LOW)
        assert heights([100_000, 100_001])[-1] < LOW

    def test_a_sum_that_falls_below_todays_is_as_low_as_todays(self):
        first, lower, higher = heights([100_000, 50_000, 120_000])
        assert first == lower < higher


class TestDrawing:
    def test_one_shape_is_one_string_whatever_its_dates_and_sums(self):
        small = curve([1_000_00 + 50 * day for day in range(31)])
        large = curve([7_777_777_00 + 388_889 * day for day in range(31)], date(2030, 1, 1))
        assert svg(small) == svg(large)

    def test_another_shape_is_another_string(self):
        straight, bent = curve([1000, 1010, 1020]), curve([1000, 1015, 1020])
        assert svg(straight) != svg(bent) != svg(bent, {on(1)})

    def test_it_needs_no_font(self):
        drawing = svg(curve([1000, 1010, 1020]), {on(1)})
        assert set(re.findall(r"<(\w+)", drawing)) == {"svg", "path"}

    def test_it_says_its_size(self):
        size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        assert size in svg(curve([1000]))


class TestLooks:
    def test_the_first_day_and_the_last_stand_out(self):
        first, *between, last = (bar.look for bar in bars(range(1000, 1014)))
        assert first == last
        assert {first}.isdisjoint(between)
        assert len(set(between)) == 1

    @pytest.mark.parametrize("day", [0, 5, 13])
    def test_a_cliff_differs_from_every_other_day(self, day):
        drawn = bars(range(1000, 1014), {on(day)})
        cliff = drawn.pop(day)
        assert cliff.look not in {bar.look for bar in drawn}

    def test_a_cliff_that_adds_nothing_is_seen_by_the_column_behind_it(self):
        drawn = outlines(svg(curve([1000] * 14), {on(5)}))
        place = bars([1000] * 14)[5].left
        assert sorted(bar.height > LOW for bar in drawn if bar.left == place) == [False, True]
        assert len(drawn) == 15

    def test_cliffs_that_are_not_in_the_picture_change_nothing(self):
        points = curve(range(1000, 1014))
        assert svg(points, {on(-1), on(14)}) == svg(points)

    @pytest.mark.parametrize("card", ["ffffff", "1e2026"])
    def test_what_stands_out_is_told_from_a_white_card_and_from_a_dark_one(self, card):
        looks = {bar.look for bar in outlines(svg(curve(range(1000, 1014)), {on(5)}))}
        solid = [look for look in looks if "opacity" not in look]
        assert len(solid) == 2
        for look in solid:
            colour = re.fullmatch('fill="#([0-9a-f]{6})"', look)[1]
            assert contrast(colour, card) >= 3  # what WCAG 1.4.11 wants of pictures


def contrast(one, other):
    """Return the contrast ratio of two colours as WCAG defines it."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    shares = [value / 255 for value in bytes.fromhex(colour)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestPicture:
    @pytest.fixture
    def picture(self):
        return png(svg(curve(range(1000, 1031)), {on(9)}))

    def test_it_is_a_valid_png_of_the_drawings_size(self, picture):
        *_, (last, _) = read = list(chunks(picture))
        header = dict(read)[b"IHDR"]
        assert last == b"IEND"
        assert struct.unpack(">IIBB", header[:10]) == (WIDTH, HEIGHT, 8, 6)  # 6 is RGBA

    def test_it_is_not_blank_and_its_ground_is_clear(self, picture):
        pixels = [row[1:] for row in rows(picture)]  # before each is how it was filtered
        assert len(pixels) == HEIGHT
        assert any(map(any, pixels))
        assert pixels[0][:4] == bytes(4)

    def test_a_picture_without_a_cliff_is_another(self, picture):
        assert png(svg(curve(range(1000, 1031)))) != picture

    def test_the_same_drawing_is_turned_into_a_picture_once(self, picture):
        assert png(svg(curve(range(1000, 1031)), {on(9)})) is picture

    def test_it_is_small_enough_for_a_mail(self, picture):
        assert len(picture) < 20_000


def chunks(picture):
    """Yield the kind and the content of a PNG's chunks, their check sums being right."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(picture):
        [length] = struct.unpack_from(">I", picture, at)
        body, at = picture[at + 4 : at + 8 + length], at + 12 + length
        assert zlib.crc32(body) == struct.unpack_from(">I", picture, at - 4)[0]
        yield body[:4], body[4:]


def rows(picture):
    """Return the rows of an RGBA picture, each still filtered."""
    packed = b"".join(content for kind, content in chunks(picture) if kind == b"IDAT")
    raw, width = zlib.decompress(packed), 1 + 4 * WIDTH
    assert len(raw) == width * HEIGHT
    return [raw[at : at + width] for at in range(0, len(raw), width)]
