"""The HTTP transport that python-telegram-bot uses to reach a Bot API server, on aiohttp.

Beside speed it exists for one distinction that the delivery ledger lives on: a call that *surely* did not
leave (`NotSentError`) may be repeated, a call whose answer was lost (`TimedOut`) may have been delivered. Status
codes are not judged here: 429, 403, 502 and the others reach python-telegram-bot's own parsing.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiohttp
import orjson
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

NEVER_LEFT: Final = (
    aiohttp.ClientConnectorError,  # refused, unreachable, DNS, TLS handshake, proxy not reached
    aiohttp.ClientHttpProxyError,  # the proxy refused the tunnel
    aiohttp.ConnectionTimeoutError,  # no connection in time, or none free in the pool
    aiohttp.ServerFingerprintMismatch,
    aiohttp.InvalidURL,
)


class NotSentError(NetworkError):
    """The request surely never reached the Bot API server: it may be repeated without harm."""

    __slots__ = ()


class AiohttpRequest(BaseRequest):
    """A python-telegram-bot request object over one aiohttp session.

    All times are seconds, None means without limit. `connections` bounds the simultaneous connections;
    `read_timeout` is the longest silence of the server, `write_timeout` what sending a request may take,
    `media_write_timeout` the same for uploads, `pool_timeout` the wait for a free connection. `proxy` is the
    URL of an HTTP proxy.

    `do_request` raises NotSentError when nothing was sent and TimedOut when the request may have been handled
    (no answer in time, disconnected while writing or reading, a broken body).
    """

    __slots__ = ("_connect", "_connections", "_media_write", "_pool", "_proxy", "_read", "_session", "_write")

    def __init__(
        self,
        *,
        connections: int = 64,
        read_timeout: float | None = 10.0,
        write_timeout: float | None = 10.0,
        media_write_timeout: float | None = 30.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 5.0,
        proxy: str | None = None,
    ) -> None:
        self._connections = connections
        self._read = read_timeout
        self._write = write_timeout
        self._media_write = media_write_timeout
        self._connect = connect_timeout
        self._pool = pool_timeout
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The server's answer. Raises TelegramError."""
        try:
            return orjson.loads(payload)  # type: ignore[no-any-return]
        except orjson.JSONDecodeError:
            return BaseRequest.parse_json_payload(payload)

    @property
    def read_timeout(self) -> float | None:
        """The default read timeout in seconds."""
        return self._read

    async def initialize(self) -> None:
        """Open the session; calling it again changes nothing."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the session and its connections; calling it again changes nothing."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request; returns the status code and the whole body. Raises NotSentError or TimedOut."""
        session = self._session
        if session is None or session.closed:
            raise NotSentError("the transport is not initialized")
        upload = request_data is not None and request_data.contains_files
        read = _given(read_timeout, self._read)
        write = _given(write_timeout, self._media_write if upload else self._write)
        connect = _given(connect_timeout, self._connect)
        waiting = _total(_given(pool_timeout, self._pool), connect)
        data, headers = _body(request_data)
        try:
            # aiohttp times the connection and each silence of the server, but not a server that stops reading
            # an upload: hence the outer limit until the answer's head, never shorter than the inner ones.
            async with asyncio.timeout(_total(waiting, write, read)):
                answer = await session.request(
                    method,
                    url,
                    timeout=aiohttp.ClientTimeout(
                        total=None, connect=waiting, sock_connect=connect, sock_read=read
                    ),
                    allow_redirects=False,
                    proxy=self._proxy,
                    data=data,
                    headers=headers,
                )
            async with answer:
                return answer.status, await answer.read()
        except NEVER_LEFT as error:
            raise NotSentError(f"not sent, {type(error).__name__}: {error}") from error
        except TimeoutError as error:
            raise TimedOut(f"no answer in time, {type(error).__name__}") from error
        except (aiohttp.ClientError, OSError) as error:
            raise TimedOut(f"answer lost, {type(error).__name__}: {error}") from error


def _given(value: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(value, DefaultValue) else value


def _total(*seconds: float | None) -> float | None:
    """The sum of several limits; no limit as soon as one of them is none."""
    known = [part for part in seconds if part is not None]
    return sum(known) if len(known) == len(seconds) else None


def _body(request_data: RequestData | None) -> tuple[aiohttp.FormData | bytes | None, dict[str, str]]:
    """The request's body and headers: multipart where files are sent, else JSON."""
    if request_data is None:
        return None, {}
    if not request_data.contains_files:
        return orjson.dumps(request_data.parameters), {"Content-Type": "application/json"}
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return form, {}
