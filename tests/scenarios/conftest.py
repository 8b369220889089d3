"""A world per test. It lives in a task of its own: a TaskGroup must end in the task it began in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bot.wire import PATIENCE, Patience
from tests.world import World, open_world


@pytest.fixture
def patience() -> Patience:
    """How long the product waits for Telegram; tests of what hangs have less."""
    return PATIENCE


@pytest.fixture
async def town(db_url: str, patience: Patience) -> AsyncIterator[World]:
    """The product running beside an empty sandbox, on each kind of database."""
    born: asyncio.Future[World] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()

    async def live() -> None:
        try:
            async with open_world(db_url, patience=patience) as world:
                born.set_result(world)
                await over.wait()
        except BaseException as fault:
            if not born.done():
                born.set_exception(fault)
            raise

    life = asyncio.get_running_loop().create_task(live())
    await asyncio.wait((born, life), return_when=asyncio.FIRST_COMPLETED)
    with contextlib.suppress(asyncio.InvalidStateError):
        yield born.result()
    over.set()
    await life


@pytest.fixture
async def world(town: World) -> World:
    """A town with one enabled group."""
    await town.opens_group()
    return town
