"""Settings from DOORSTEP_* variables or a .env file; each one says what it is for (`doorstep settings` lists them)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an operator can set. Secrets print as stars."""

    model_config = SettingsConfigDict(env_prefix="DOORSTEP_", env_file=".env", extra="ignore")

    data_dir: Path = Field(
        default=Path("data"), description="folder of the database and the district's own content"
    )
    database_url: str = Field(
        default="", description="postgresql+psycopg://… ; empty = SQLite in the data folder"
    )
    city: str = Field(
        default="sample", description="the home pack: a folder under knowledge/cities or content/cities"
    )
    host: str = Field(default="127.0.0.1", description="where the web server listens")
    port: int = Field(default=8080, description="the port it listens on")
    public_url: str = Field(
        default="", description="the address people reach it at; empty = http://HOST:PORT"
    )
    keys: Path = Field(
        default=Path("keys"), description="folder of the key ring and the hash keys; never in a backup"
    )
    telegram_token: SecretStr = Field(
        default=SecretStr(""), description="the bot's token; empty = no Telegram"
    )
    telegram_api_url: str = Field(
        default="", description="another Bot API server, e.g. http://127.0.0.1:8081"
    )
    telegram_mode: Literal["polling", "webhook"] = Field(default="polling", description="how updates come in")
    telegram_webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="the header Telegram must send"
    )
    telegram_staff_chat: str = Field(default="", description="id of the group where staff are told of cases")
    turns_per_minute: int = Field(
        default=20, ge=0, description="messages and taps of one person that are answered; 0 = no limit"
    )
    disk_min_mb: int = Field(
        default=200, ge=0, description="duty is told when the data folder's disk has less room than this"
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="who may read /metrics from elsewhere: Authorization: Bearer TOKEN"
    )
    web_per_minute: int = Field(
        default=600, ge=0, description="web requests of one address of the network, per worker; 0 = no limit"
    )
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="whose X-Forwarded-For is believed: addresses or networks, with commas",
    )
    log: Literal["", "json", "text"] = Field(
        default="", description="the form of the log; empty = text in a terminal, else JSON"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="from which level up is logged; info has a line for each turn and each send",
    )
    drain_s: float = Field(
        default=20,
        gt=0,
        description="seconds that turns and replies in hand get at the end, before it ends anyhow",
    )
    staff_turns_per_minute: int = Field(default=100, ge=0, description="the same for members of staff")
    fonts: Path | None = Field(
        default=None,
        description="folder with a Chinese font for printed pages (PDF); empty = the fonts of the system",
    )
    timezone: str = Field(default="Asia/Shanghai", description="local time of dates, rounds and quiet hours")

    @property
    def zone(self) -> ZoneInfo:
        """The local time zone."""
        return ZoneInfo(self.timezone)

    @property
    def url(self) -> str:
        """The database: the given URL or the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'doorstep.db'}"

    @property
    def page(self) -> str:
        """The address of the web page, without a slash at its end."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the page."""
        return self.host in {"127.0.0.1", "localhost", "::1"} and not self.public_url
