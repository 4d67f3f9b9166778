"""The values that the texts of activities show (values.py holds the rest)."""

from __future__ import annotations

from typing import Any

EVENTS: dict[str, Any] = {
    "fee": 500,
    "years": 55,
    "low": 18,
    "pick": 4,
    "high": 36,
    "seats": 8,
    "needs": True,
    "near": True,
    "start": "您家（柳荫小区附近）",
    "dates": 2,
    "bells": 2,
    "date": "这周六（12月5日）上午9:30",
    "worked": 85,
    "total": 85,
    "shifts": 1,
    "first_day": "2026-12-07",
    "last_day": "2026-12-07",
    "volunteer": True,
    "waiting": 1,
    "lacking": "剪纸",
    "walked": 2,
    "series": True,
    "clash": {
        "place_name": "柳荫托育中心",
        "what": "柳荫绘本时间（示例）",
        "begins": "09:00",
        "ends_at": "12:00",
    },
    "people": [
        {"number": 7, "who": "爸妈带孩子", "months": 20, "here": True},
        {"number": 8, "who": "本人", "months": None, "here": False},
    ],
}
BARE_EVENTS: dict[str, Any] = {
    "who": "me",
    "fee": None,
    "years": None,
    "pair": False,
    "needs": False,
    "near": False,
    "start": "",
    "dates": 0,
    "volunteer": False,
    "waiting": 0,
    "lacking": "",
    "walked": 0,
    "series": False,
    "clash": None,
    "people": [],
    "bells": 0,
}
_DATE = {
    "title": "柳荫亲子上午（示例）",
    "day": "2026-12-05",
    "today": "2026-12-02",
    "begins": "09:30",
    "ends_at": "11:00",
    "place_name": "柳荫托育中心",
}
_DATES = [
    {
        **_DATE,
        "number": 1,
        "walk": 2,
        "takes": (18, 36),
        "pair": True,
        "years": None,
        "left": 3,
        "closed": False,
    },
    {
        **_DATE,
        "number": 2,
        "walk": None,
        "takes": None,
        "pair": False,
        "years": 55,
        "left": 0,
        "closed": False,
    },
]
EVENTS_OF_ONE_KEY: dict[str, dict[str, Any]] = {
    "events.found": {"items": _DATES},
    "events.ours": {"dates": [{**_DATE, "taken": 3, "seats": 8}]},
    "events.called_off": {"others": _DATES},
    "events.called_off_aloud": {"others": _DATES},
    "events.dropped": {"others": _DATES},
    "events.dropped_aloud": {"others": _DATES},
    "events.verified": {"issued": "2026-12-07T04:00:00+00:00"},
    "events.card": {"why": "天气不好", "state": "open"},
}
