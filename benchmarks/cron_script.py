"""The obvious script: one cron job for each loan and lead time, sent with Apprise.

``python benchmarks/cron_script.py config.toml``; footprint.py measures the daemon against it.
"""

import sys
import time
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from apprise import Apprise
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

settings = tomllib.loads(Path(sys.argv[1]).read_text("utf-8"))
zone = ZoneInfo(settings["timezone"])
hour, minute = map(int, settings["reminders"]["send_at"].split(":"))
channels = Apprise()
for channel in settings["channels"].values():
    channels.add(channel.get("url", "json://127.0.0.1:1"))


def remind(name: str, amount: str, days: int) -> None:
    channels.notify(f"{name}: {amount} is due in {days} days", title="Loan reminder")


scheduler = BackgroundScheduler(timezone=zone, job_defaults={"misfire_grace_time": None})
for loan in settings["loans"]:
    for days in settings["reminders"]["before_due"]:
        day = loan["due"] - timedelta(days=days)
        at = CronTrigger(
            year=day.year, month=day.month, day=day.day, hour=hour, minute=minute, timezone=zone
        )
        scheduler.add_job(remind, at, args=[loan["name"], loan["amount"], days])
scheduler.start()
print("READY", datetime.now(zone), flush=True)
while True:
    time.sleep(3600)
