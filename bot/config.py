"""Configuration: a TOML file and environment variables become one frozen value, or one clear line.

Tables are the fields of `Config`, keys the fields of their dataclasses; types and ranges stand there.
"""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from features.aftersales.model import AftersalesPolicy
from features.collection.model import CollectionPolicy
from features.coupons.policy import CouponPolicy
from features.groupbuy.model import GroupbuyPolicy
from features.growth.policy import GrowthPolicy
from features.joining.model import JoiningPolicy
from features.members.model import MembersPolicy
from features.outreach.model import OutreachPolicy, QuietHours
from features.payments.model import PaymentsPolicy
from features.privacy.model import PrivacyPolicy
from features.settlement.model import SettlementPolicy
from features.staff.model import StaffPolicy
from kernel.policy import Range

ENV_PREFIX = "CAIBOSHI__"
_EXAMPLE_URL = "sqlite:///data/caiboshi.db"
_DATABASES = ("sqlite:///", "postgresql+psycopg://")
_PROXIES = ("http", "socks5")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PATH = re.compile(r"[A-Za-z0-9._~/-]*")  # nothing that a proxy or a router reads as more than letters
OWN_PATHS = ("/healthz", "/readyz", "/metrics")


class ConfigError(Exception):
    """The configuration cannot be used; the message names file, table, key, value and what is allowed."""


class Mode(StrEnum):
    """How updates come: fetched by us, or brought by Telegram."""

    POLLING = "polling"
    WEBHOOK = "webhook"


class LogFormat(StrEnum):
    """What a line of the log looks like."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class TelegramConfig:
    """How to reach Telegram, and how it reaches us."""

    token: str
    base_url: str
    proxy: str
    mode: Mode
    poll_seconds: Annotated[int, Range(1, 50, "seconds")]
    webhook_url: str
    webhook_secret: str

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("https://", "http://")):
            raise ValueError(
                f"base_url = {self.base_url!r}: expected one such as 'https://api.telegram.org/bot'"
            )
        if self.proxy:
            _check_proxy(self.proxy)
        if self.mode is Mode.WEBHOOK:
            _check_webhook(self.webhook_url)
        if self.webhook_secret and not _SECRET.fullmatch(self.webhook_secret):  # a secret is not shown
            raise ValueError("webhook_secret: expected 1 to 256 of A-Z a-z 0-9 _ -, or nothing")


@dataclass(frozen=True, slots=True)
class StorageConfig:
    """Where the data lies, and its backups."""

    url: str
    backup_directory: str
    backups_kept: Annotated[int, Range(1, 1000, "backups")]

    def __post_init__(self) -> None:
        scheme = self.url.partition(":")[0]  # the rest may hold a password, so it is not shown
        if not self.url.startswith(_DATABASES):
            raise ValueError(f"url = '{scheme}:…': expected one that begins with {' or '.join(_DATABASES)}")
        try:
            file = make_url(self.url).database
        except (ArgumentError, ValueError) as fault:
            raise ValueError(
                f"url = '{scheme}:…': expected {scheme}://user:password@host:port/name"
            ) from fault
        if not file or file == ":memory:":
            raise ValueError(
                f"url = '{self.url}': expected the name of a file or database, such as {_EXAMPLE_URL}"
            )
        if not self.backup_directory:
            raise ValueError("backup_directory = '': expected a folder, such as 'data/backups'")


@dataclass(frozen=True, slots=True)
class SendingConfig:
    """How fast messages may leave (storage.md §3.4)."""

    per_second: Annotated[float, Range(0.1, 1000, "messages a second")]
    chat_gap_seconds: Annotated[float, Range(0, 60, "seconds")]
    group_per_minute: Annotated[int, Range(1, 6000, "messages a minute")]
    lease_seconds: Annotated[float, Range(1, 600, "seconds")]


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Where the web part listens."""

    host: str
    port: Annotated[int, Range(0, 65535, "port number")]


@dataclass(frozen=True, slots=True)
class LogConfig:
    """What the log looks like and how much it says."""

    format: LogFormat
    level: LogLevel


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration; one field per table."""

    telegram: TelegramConfig
    storage: StorageConfig
    members: MembersPolicy
    outreach: OutreachPolicy
    growth: GrowthPolicy
    groupbuy: GroupbuyPolicy
    coupons: CouponPolicy
    payments: PaymentsPolicy
    settlement: SettlementPolicy
    collection: CollectionPolicy
    aftersales: AftersalesPolicy
    staff: StaffPolicy
    joining: JoiningPolicy
    privacy: PrivacyPolicy
    sending: SendingConfig
    web: WebConfig
    log: LogConfig


@dataclass(frozen=True, slots=True)
class Given:
    """A raw value and where it was given: a file or an environment variable."""

    value: Any
    source: str


Tables = dict[str, dict[str, Given]]
EXAMPLE = Path(__file__).resolve().parent.parent / "config.example.toml"


def load(path: Path | None, env: Mapping[str, str]) -> Config:
    """Read the defaults, then `path` over them, then `env` over both. Raises ConfigError.

    The shipped defaults are the example file itself, so it cannot say anything untrue.
    """
    defaults = defaults_path()
    tables: Tables = {
        table: {key: Given(value, str(defaults)) for key, value in values.items()}
        for table, values in _read(defaults).items()
    }
    if path is not None:
        for table, values in _read(path).items():
            _merge(tables, table, values, source=str(path))
    for name, value in sorted(env.items()):
        if name.startswith(ENV_PREFIX):
            table, _, key = name.removeprefix(ENV_PREFIX).lower().partition("__")
            _merge(tables, table, {key: value}, source=f"environment variable {name}")
    hints = get_type_hints(Config)
    return Config(**{table: _parse_table(kind, tables[table], table) for table, kind in hints.items()})


def defaults_path() -> Path:
    """Return the example file: beside the packages in a checkout, inside `bot` in a wheel."""
    shipped = Path(__file__).with_name("config.example.toml")
    return shipped if shipped.exists() else EXAMPLE


def _check_proxy(proxy: str) -> None:
    address = _address(proxy)
    if address is None or address.scheme not in _PROXIES or not address.hostname or not address.port:
        scheme = proxy.partition(":")[0]  # the rest may hold a password, so it is not shown
        raise ValueError(
            f"proxy = '{scheme}:…': expected http://host:port or socks5://host:port, "
            "with user:password@ before the host where the proxy asks for one"
        )


def _check_webhook(url: str) -> None:
    address = _address(url)
    if address is None or not _reachable(address) or address.query or address.fragment:
        raise ValueError(
            f"webhook_url = {url!r}: expected the public address that leads to web.port, "
            "such as 'https://bot.example.org/telegram' (http on this machine only)"
        )
    if not _PATH.fullmatch(address.path):
        raise ValueError(f"webhook_url = {url!r}: expected a path of A-Z a-z 0-9 . _ ~ - / only")
    if address.path in OWN_PATHS:
        raise ValueError(f"webhook_url = {url!r}: {address.path} is taken; expected another path")


def _reachable(address: SplitResult) -> bool:
    if not address.hostname or address.username is not None:
        return False
    return address.scheme == "https" or (address.scheme == "http" and _is_loopback(address.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(url: str) -> SplitResult | None:
    """Return the parts of a URL, or None for what cannot be one."""
    try:
        address = urlsplit(url)
        _ = address.port  # raises for what is no port
    except ValueError:
        return None
    return address


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as fault:
        raise ConfigError(f"{path}: no such file; copy config.example.toml there") from fault
    except OSError as fault:
        raise ConfigError(f"{path}: cannot be read: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: not valid TOML: {fault}") from fault


def _merge(tables: Tables, table: str, values: Any, *, source: str) -> None:
    if table not in tables:
        raise ConfigError(f"{source}: there is no table [{table}]{_nearest(table, tables)}")
    if not isinstance(values, dict):
        raise ConfigError(f"{source}: {table} must be a table [{table}], not the value {values!r}")
    for key, value in values.items():
        if key not in tables[table]:
            raise ConfigError(f"{source} [{table}]: there is no key {key!r}{_nearest(key, tables[table])}")
        tables[table][key] = Given(value, source)


def _nearest(word: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(known)}"


def _parse_table(kind: type, given: Mapping[str, Given], table: str) -> Any:
    hints = get_type_hints(kind, include_extras=True)
    values = {}
    for f in fields(kind):
        value, source = given[f.name].value, given[f.name].source
        values[f.name] = _parse_value(hints[f.name], value, f"{source} [{table}] {f.name}")
    try:
        return kind(**values)
    except ValueError as fault:
        sources = {each.source for each in given.values()}
        blamed = sources - {str(defaults_path())} or sources  # what is shipped fits together
        raise ConfigError(f"{' and '.join(sorted(blamed))} [{table}] {fault}") from fault


def _parse_value(hint: Any, value: Any, where: str) -> Any:
    if get_origin(hint) is Annotated:
        kind, limits = get_args(hint)
        return _number(kind, value, limits, where)
    if hint == tuple[QuietHours, ...]:
        return _quiet_hours(value, where)
    if hint is time:
        return _local_time(value, where)
    if hint is ZoneInfo:
        return _zone(value, where)
    if issubclass(hint, StrEnum):
        if value not in tuple(hint):
            raise ConfigError(f"{where} = {value!r}: expected one of {', '.join(hint)}")
        return hint(value)
    if not isinstance(value, str):
        raise ConfigError(f"{where} = {value!r}: expected text in quotes")
    return value


def _number(kind: type, value: Any, limits: Range, where: str) -> float:
    expected = f"expected {limits.least:g} to {limits.most:g} {limits.unit}"
    if isinstance(value, bool):
        raise ConfigError(f"{where} = {value!r}: {expected}")
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError) as fault:
        raise ConfigError(f"{where} = {value!r}: {expected}") from fault
    if kind is int and isinstance(value, float) and number != value:
        raise ConfigError(f"{where} = {value!r}: expected a whole number, {limits.unit}")
    if not limits.least <= number <= limits.most:
        raise ConfigError(f"{where} = {value!r}: {expected}")
    return number  # type: ignore[no-any-return]


def _local_time(value: Any, where: str) -> time:
    try:
        parsed = time.fromisoformat(value)
    except (TypeError, ValueError) as fault:
        raise ConfigError(f"{where} = {value!r}: expected a local time such as '08:00'") from fault
    if parsed.tzinfo or parsed.second or parsed.microsecond:
        raise ConfigError(f"{where} = {value!r}: expected hours and minutes only, such as '08:00'")
    return parsed


def _quiet_hours(value: Any, where: str) -> tuple[QuietHours, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list) or not given:
        raise ConfigError(f"{where} = {value!r}: expected a list such as ['21:00-08:00', '22:00-07:00']")
    return tuple(_hours(each, where) for each in given)


def _hours(value: Any, where: str) -> QuietHours:
    start, _, end = str(value).strip().partition("-")
    return QuietHours(_local_time(start, where), _local_time(end, where))


def _zone(value: Any, where: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (TypeError, ValueError, OSError, ZoneInfoNotFoundError) as fault:
        raise ConfigError(f"{where} = {value!r}: expected an IANA zone such as 'Asia/Shanghai'") from fault
