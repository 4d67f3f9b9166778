"""Values for the texts of finding a place."""

from __future__ import annotations

SERVED = {
    "free": 3,
    "late": False,
    "day": "2026-12-01",
    "level": "适中",
    "ago": 20,
    "stopped": {"until": "2026-12-05"},
}
UNSERVED = {"free": None, "late": False, "day": None, "level": "", "ago": 0, "stopped": None}

FOUND = [
    {
        "number": 1,
        "name": "柳荫托育中心",
        "metres": 90,
        "walk": 2,
        "open": True,
        "prices": ["半日托 60 元/半天"],
        "months": (6, 36),
        "inclusive": True,
        "voucher": True,
        **SERVED,
    },
    {
        "number": 2,
        "name": "石桥托育园",
        "metres": None,
        "walk": None,
        "open": None,
        "prices": [],
        "months": None,
        "inclusive": False,
        "voucher": False,
        **UNSERVED,
    },
]
"""Two lines of an answer: with all that can be told, and with nothing."""
