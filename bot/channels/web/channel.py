"""The web chat as a channel: messages go to the pages that are open now, and say so when there is none.

A page is a log: whatever was sent to its address is fetched again by the outbox id. So an answer to somebody who has
just written counts as delivered once it is in the log, while everything else waits (withheld) until a page shows it.
A phone that sleeps keeps its connection for a while; a message that the bot sends of its own accord therefore counts
as delivered only when the page has said that it shows it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable

from bot.messages import Place, Receipt, Sendable, SendFailed

ANSWERS = ("urgent", "reply")
ACK_S = 5.0
"""A page that shows a message says so within this many seconds, or it is taken for asleep."""
FRESH_S = 600.0
"""For so long after its last word a page without a connection is taken to come back for the answer."""
WRITERS = 20_000
WAITING = 500
"""Messages that may lie ready for one page; more, and the page has to fetch them anew."""
PAGES = 8
"""Open connections of one visitor; with one more the oldest is closed."""


FOUND_S = 1.0
"""So long it takes at most to hear that a page is open at another worker."""
Elsewhere = Callable[[Sendable, float], Awaitable[bool]]
"""Has others show a message; whether one of them says within so many seconds that it does."""


async def _nowhere(_message: Sendable, _seconds: float) -> bool:
    return False


class Visit:
    """One open page: the places it shows, and what is on its way to it."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.keys = frozenset(place.key for place in places)
        self._queue: asyncio.Queue[Sendable | None] = asyncio.Queue()

    def show(self, message: Sendable) -> None:
        """Put a message on its way; a page that takes nothing any more is closed."""
        if self._queue.qsize() >= WAITING:
            self.close()
        else:
            self._queue.put_nowait(message)

    async def next(self) -> Sendable | None:
        """The next message. None: the page is to connect anew."""
        return await self._queue.get()

    def close(self) -> None:
        """Let the page connect anew."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)


class WebChannel:
    """Delivers to open pages. Everything here runs in the one event loop of the web server."""

    name = "web"
    pushes = False
    paced = False

    def __init__(self, ack_s: float = ACK_S) -> None:
        self._ack_s = ack_s
        self._visits: dict[str, list[Visit]] = {}
        self._shown: dict[tuple[str, int], asyncio.Future[None]] = {}
        self._wrote: OrderedDict[str, float] = OrderedDict()
        self.elsewhere: Elsewhere = _nowhere

    async def send(self, message: Sendable) -> Receipt:
        """Show a message on every open page of its address. Raises SendFailed("withheld") when nobody sees it."""
        key = message.place.key
        receipt = Receipt(str(message.id))
        answers = message.kind != "send" or message.lane in ANSWERS
        if not self.is_open(message.place):
            if await self.elsewhere(message, FOUND_S if answers else self._ack_s):
                return receipt
            if message.kind != "send" or (answers and self._fresh(key)):
                return receipt
            raise SendFailed("withheld", "no page is open")
        await self.elsewhere(message, 0)
        if answers:
            self.show(message)
            return receipt
        shown = asyncio.get_running_loop().create_future()
        self._shown[key, message.id] = shown
        try:
            self.show(message)
            await asyncio.wait_for(shown, self._ack_s)
        except TimeoutError:
            raise SendFailed("withheld", "the page is asleep") from None
        finally:
            self._shown.pop((key, message.id), None)
        return receipt

    def show(self, message: Sendable) -> bool:
        """Put a message on its way to every page of its place that is open here. False: there is none."""
        pages = list(self._visits.get(message.place.key, ()))
        for page in pages:
            page.show(message)
        return bool(pages)

    # -- told by the pages ---------------------------------------------------------------------------------------

    def connect(self, places: Iterable[Place]) -> Visit:
        """A page opened its stream for these places."""
        visit = Visit(places)
        for key in visit.keys:
            here = self._visits.setdefault(key, [])
            here.append(visit)
            if len(here) > PAGES:
                here[0].close()
                self.disconnect(here[0])
        return visit

    def disconnect(self, visit: Visit) -> None:
        """A page is gone; told twice is no error."""
        for key in visit.keys:
            here = [other for other in self._visits.get(key, ()) if other is not visit]
            if here:
                self._visits[key] = here
            else:
                self._visits.pop(key, None)

    def wrote(self, place: Place) -> None:
        """Somebody wrote from here just now."""
        self._wrote[place.key] = asyncio.get_running_loop().time()
        self._wrote.move_to_end(place.key)
        if len(self._wrote) > WRITERS:
            self._wrote.popitem(last=False)

    def shown(self, place: Place, message_id: int) -> bool:
        """A page shows a message. False: nobody waits for that (any more)."""
        waiting = self._shown.get((place.key, message_id))
        if waiting is None or waiting.done():
            return False
        waiting.set_result(None)
        return True

    def is_open(self, place: Place) -> bool:
        """Whether a page of this place is connected."""
        return place.key in self._visits

    def _fresh(self, key: str) -> bool:
        at = self._wrote.get(key)
        return at is not None and asyncio.get_running_loop().time() - at < FRESH_S
