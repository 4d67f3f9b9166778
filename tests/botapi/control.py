"""The control API of the server when it runs in a process of its own: JSON over HTTP under /control.

POST /control/act       {"user": 1001, "name": "…", "act": "says", "with": ["hello"], "named": {}}  -> the update
POST /control/fault     the fields of a Fault                                                         -> {}
POST /control/set       {"latency_s": 0.06, "repeat": 1, "clear_faults": true}                        -> {}
GET  /control/sent/1001                                                                               -> [message]
GET  /control/calls     optional ?method=sendMessage                                                  -> [call]
GET  /control/pending   the number of updates not yet confirmed                                       -> {"pending"}
"""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.botapi.people import User
from tests.botapi.world import Account, World

ACTS = frozenset(
    {
        "says", "starts", "presses", "shares_contact", "shares_location", "sends_photo", "sends_voice",
        "sends_sticker", "forwards", "edits", "blocks", "unblocks", "deactivates",
    }
)  # fmt: skip


def routes(world: World) -> list[Route]:
    """The routes of the control API."""

    async def act(request: Request) -> Response:
        body = await request.json()
        if body["act"] not in ACTS:
            return JSONResponse({"error": f"unknown act, known: {sorted(ACTS)}"}, 400)
        account = world.accounts.setdefault(body["user"], Account(body["user"], body.get("name", "家长")))
        try:
            done = getattr(User(world, account), body["act"])(*body.get("with", []), **body.get("named", {}))
        except (LookupError, TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(done)

    async def fault(request: Request) -> Response:
        try:
            world.faults.add_json(await request.json())
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({})

    async def change(request: Request) -> Response:
        body = await request.json()
        world.latency_s = float(body.get("latency_s", world.latency_s))
        world.updates.repeat_next = int(body.get("repeat", world.updates.repeat_next))
        if body.get("clear_faults"):
            world.faults.clear()
        return JSONResponse({})

    async def sent(request: Request) -> Response:
        found = world.in_chat(request.path_params["chat"])
        return JSONResponse([one.message for one in found if one.by_bot])

    async def calls(request: Request) -> Response:
        method = request.query_params.get("method", "").lower()
        return JSONResponse([asdict(one) for one in world.calls if method in ("", one.method.lower())])

    async def pending(request: Request) -> Response:
        return JSONResponse({"pending": len(world.updates.pending)})

    return [
        Route("/control/act", act, methods=["POST"]),
        Route("/control/fault", fault, methods=["POST"]),
        Route("/control/set", change, methods=["POST"]),
        Route("/control/sent/{chat:int}", sent),
        Route("/control/calls", calls),
        Route("/control/pending", pending),
    ]
