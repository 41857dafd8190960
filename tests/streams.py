"""Events for `decide` as JSON objects, and what it says to them."""

import sys

from stories import T0

from bot.alerts.stream import decide
from bot.alerts.wire import alert_to, event_from
from bot.policies import EARLY

OLD = {"reporter_age_days": 900, "reporter_posts": 400}


def event(key, at=T0, kind="report", account="A1EXAMPLE2REQ3", **more):
    return {"key": key, "at": at.isoformat(), "type": kind, "account_key": account, **more}


def said(key, at=T0, who=None, p=0.9, **more):
    return event(key, at, **{"reporter": who or f"reddit:by-{key}", "probability": p, **OLD, **more})


def run(*events, policy=EARLY):
    return [alert_to(alert, key) for alert, key in decide(map(event_from, events), policy)]


def story(*events, policy=EARLY):
    return [(each["reason"], each["public"]) for each in run(*events, policy=policy)]


def calls(work):
    """How many functions are called to do this work: what time costs, without a clock."""
    n = 0

    def count(_frame, what, _arg):
        nonlocal n
        n += what in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return n
