"""Draw the pictures of the READMEs: mails that the configuration written there brings.

    python docs/images/screenshots.py

This needs Chromium, pngquant and a font with Chinese characters (on Debian: chromium, pngquant,
fonts-noto-cjk). A picture shows what a phone does before anybody scrolls, and carries the mail's
words, by which a test sees whether it is out of date. The message that a README prints comes from
here too, so that it and the pictures are of the same loan.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from reminderd.app import App
from reminderd.clock import Clock
from reminderd.config.load import Config, load_text
from reminderd.messages.compose import Occasion, compose
from reminderd.messages.message import Format, Message
from reminderd.store.database import Database

HERE = Path(__file__).parent
READMES = ("README.md", "README.zh-CN.md")
WRITTEN = date(2026, 12, 1)  # when the borrower writes the loan down, before it is due
DAYS = 30
SCREEN = (375, 844)  # of a phone, in points
SHARPNESS = 2  # pixels to a point
COLOURS = 48
HEADER = 33  # bytes of a PNG before which nothing else may stand
WORDS = b"iTXtDescription\0\0\0\0\0"  # a chunk of text: not compressed, of no language


@dataclass(frozen=True)
class Picture:
    """A mail as it is drawn: which day's, and by day or by night."""

    name: str
    day: date
    scheme: Literal["light", "dark"]

    def file(self, locale: str) -> Path:
        """Return where the picture is kept."""
        return HERE / f"mail-{locale}-{self.name}.png"


UPCOMING = Picture("upcoming", date(2026, 12, 2), "dark")
OVERDUE = Picture("overdue", date(2026, 12, 9), "light")


def configuration(readme: str) -> Config:
    """Return what the first configuration in a README comes to."""
    text = (HERE.parents[1] / readme).read_text("utf-8")
    body = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[0]
    return load_text(body, Path("config.toml"))


def messages(config: Config, form: Format) -> dict[date, Message]:
    """Return each message that goes in the weeks after it was written, if nothing is paid."""
    zone = ZoneInfo(config.timezone)
    start = datetime.combine(WRITTEN, time(0), zone)

    class Then(Clock):
        def now(self) -> datetime:
            return start

    app = App(config, Database.in_memory(), Then())
    written = {}
    for loan, seen in app.preview(start, DAYS):
        occasion = Occasion(seen.alert, seen.at, seen.at, seen.following)
        message = compose(loan, seen.position, occasion, config.locale, form, config.desk)
        written[seen.at.astimezone(zone).date()] = message
    return written


def text(message: Message) -> str:
    """Return a message's words, as they are printed in a README and kept in a picture."""
    return f"{message.title}\n\n{message.body}"


def html(message: Message) -> str:
    """Return a mail's HTML with its drawings inside, as a mail client shows them."""
    page = message.html
    for image in message.images:
        data = base64.b64encode(image.png).decode()
        page = page.replace(f"cid:{image.cid}", f"data:image/png;base64,{data}")
    return page


def captioned(png: bytes, words: str) -> bytes:
    """Return a picture that carries these words."""
    chunk = WORDS + words.encode()
    length, check = len(chunk) - 4, zlib.crc32(chunk)  # the name of a chunk does not count
    whole = length.to_bytes(4, "big") + chunk + check.to_bytes(4, "big")
    return png[:HEADER] + whole + png[HEADER:]


def caption(png: bytes) -> str:
    """Return the words that a picture carries; ValueError if it carries none."""
    start = png.index(WORDS)
    end = start + 4 + int.from_bytes(png[start - 4 : start], "big")
    return png[start + len(WORDS) : end].decode()


def draw() -> None:
    """Draw every picture of every README."""
    from playwright.sync_api import sync_playwright

    width, height = SCREEN
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for config in map(configuration, READMES):
            mails = messages(config, Format.HTML)
            for picture in (UPCOMING, OVERDUE):
                screen = browser.new_page(
                    viewport={"width": width, "height": height},
                    device_scale_factor=SHARPNESS,
                    color_scheme=picture.scheme,
                )
                screen.set_content(html(mails[picture.day]))
                file = picture.file(config.locale)
                screen.screenshot(path=file)
                pack = ["pngquant", "--force", "--strip", "--ext", ".png", str(COLOURS), str(file)]
                subprocess.run(pack, check=True)
                file.write_bytes(captioned(file.read_bytes(), text(mails[picture.day])))
        browser.close()


if __name__ == "__main__":
    draw()
