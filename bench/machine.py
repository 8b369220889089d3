"""What the figures were measured on: shape, versions, and a loop that tells how fast the machine is now."""

import os
import platform
import sqlite3
import subprocess
import time
from importlib.metadata import version

import psutil

from tests import postgres

_LIBRARIES = (
    "python-telegram-bot",
    "aiogram",
    "aiohttp",
    "httpx",
    "sqlalchemy",
    "aiosqlite",
    "psycopg",
    "asyncpg",
)
_TURNS = 1_000_000


def calibrate() -> float:
    """Return the CPU milliseconds of a fixed loop: compare absolute figures of two runs by it."""
    begun = time.process_time()
    total = 0
    for number in range(_TURNS):
        total += number & 7
    return (time.process_time() - begun) * 1e3


def shape() -> tuple[str, ...]:
    """Return the lines that describe machine and versions."""
    memory = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB of memory, {platform.system()}"
        f" {platform.release()}; load {os.getloadavg()[0]:.1f} at the start",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_postgres()}",
        libraries,
    )


def _postgres() -> str:
    folder = postgres.binaries()
    if folder is None:
        return "no PostgreSQL"
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return f"PostgreSQL {told.stdout.split()[2]}"
