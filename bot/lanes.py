"""One serial lane per chat: route an update, then commit effects, answer and done mark at once."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from telegram import Update

from bot.taps import Taps, Watch
from bot.tasks import Spawn
from features.app import App
from handlers.answers import refused, say
from handlers.context import BotApplication, Ear, Place, Plan, Turn, current_turn
from handlers.outcome import Outcome
from kernel.errors import Refusal
from kernel.message import Answer, Outgoing, Text, Toast
from storage.db import Db
from storage.inbox import SENDER, Taken
from storage.uow import SqlUow
from texts.catalog import Catalog

_log = logging.getLogger(__name__)
_ATTEMPTS = 3
_PAUSE = 0.2  # seconds before the second attempt, doubled for the third
_FULL = 1000  # rows in all lanes; beyond it nothing more is fetched


class Lanes:
    """Handles what the inbox took in, one row of a chat at a time."""

    def __init__(
        self,
        db: Db,
        app: App,
        catalog: Catalog,
        application: BotApplication,
        taps: Taps,
        *,
        committed: Callable[[], None],
        spawn: Spawn,
    ) -> None:
        self._db, self._app, self._catalog, self._application = db, app, catalog, application
        self._taps, self._committed, self._spawn = taps, committed, spawn
        self._ear = Ear()
        self._waiting: dict[int, deque[Taken]] = {}
        self._count = 0
        self.handled_count = self.parked_count = 0  # since the process began
        self._idle, self._room = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._room.set()
        self._stopping, self._stopped = False, asyncio.Event()

    def put(self, rows: tuple[Taken, ...]) -> None:
        """Queue rows, each behind its chat's earlier ones."""
        for row in rows:
            self._count += 1
            if row.lane in self._waiting:
                self._waiting[row.lane].append(row)
            else:
                self._waiting[row.lane] = deque((row,))
                self._spawn(self._work(row.lane))
        self._signal()

    @property
    def depth(self) -> int:
        """How many rows wait or are being handled."""
        return self._count

    @property
    def has_room(self) -> bool:
        """Whether more may be taken in now."""
        return self._room.is_set()

    @property
    def is_idle(self) -> bool:
        """Whether every row was handled."""
        return self._count == 0

    async def idle(self) -> None:
        """Wait until every row was handled."""
        await self._idle.wait()

    async def room(self) -> None:
        """Wait until there is room for more: back-pressure for the intake."""
        await self._room.wait()

    async def stop(self) -> None:
        """Begin no further row and wait until those under way are handled; the rest waits in the inbox."""
        self._stopping = True
        while self._waiting:
            self._stopped.clear()
            await self._stopped.wait()

    def _signal(self) -> None:
        for event, holds in ((self._idle, self._count == 0), (self._room, self._count < _FULL)):
            if holds:
                event.set()
            else:
                event.clear()

    async def _work(self, lane: int) -> None:
        queue = self._waiting[lane]
        while queue and not self._stopping:
            row = queue[0]
            await self._handle(row)
            queue.popleft()
            self._count -= 1
            self._signal()
        del self._waiting[lane]
        if not self._waiting:
            self._stopped.set()

    async def _handle(self, row: Taken) -> None:
        """Handle one row; a fault is tried again a few times, then the row is parked and reported."""
        turn = Turn(self._app, self._catalog, self._ear)
        while True:
            try:
                await self._turn(row, turn)
            except Exception as fault:
                attempts = await self._db.run(lambda uow: uow.inbox.failed(row.id))
                if attempts >= _ATTEMPTS:
                    _log.error("update parked", extra={"inbox": row.id}, exc_info=fault)
                    await self._park(row, turn)
                    self.parked_count += 1
                    return
                name = type(fault).__name__  # its words may quote what people wrote
                _log.warning("update failed, trying again", extra={"inbox": row.id, "fault": name})
                await asyncio.sleep(_PAUSE * 2 ** (attempts - 1))
                turn = Turn(self._app, self._catalog, self._ear)
            else:
                self.handled_count += 1
                return

    async def _turn(self, row: Taken, turn: Turn) -> None:
        event = self._parse(row)
        if isinstance(event, Update):
            turn.place = Place.of(event)
        token = current_turn.set(turn)
        try:
            await self._application.process_update(event)
        finally:
            current_turn.reset(token)
        if turn.fault is not None:
            raise turn.fault
        place = turn.place
        if place is None or place.tap_id is None:
            await self._commit(row, turn)
        else:
            await self._commit_tap(row, turn, place, self._taps.watch(place.tap_id))
        if turn.plans:
            self._committed()

    async def _commit_tap(self, row: Taken, turn: Turn, place: Place, watch: Watch) -> None:
        try:
            late = watch.answer(await self._commit(row, turn))
        finally:
            watch.stop()
        if late and place.private:  # in a group it would be said to everybody
            said = tuple(say(place.speaking(toast.language), toast.text) for toast in late)
            await self._db.run(lambda uow: _say(uow, said))
            self._committed()

    def _parse(self, row: Taken) -> Update | Outcome:
        if row.source == SENDER:
            return Outcome.from_json(row.body)
        return Update.de_json(dict(row.body), self._application.bot)

    async def _commit(self, row: Taken, turn: Turn) -> tuple[Toast, ...]:
        try:
            return await self._db.run(lambda uow: _unit(uow, row, turn))
        except Refusal as refusal:
            no = refusal  # the name of an except clause is gone behind it
            return await self._db.run(lambda uow: _refused_unit(uow, row, turn, no))

    async def _park(self, row: Taken, turn: Turn) -> None:
        """Put an update aside for a human, and tell who sent it to try again."""
        sorry, place = Text("home.try_again"), turn.place

        def unit(uow: SqlUow) -> None:
            if uow.inbox.park(row.id) and place and place.private and place.tap_id is None:
                uow.outbox.put(say(place, sorry))

        await self._db.run(unit)
        self._committed()
        if place and place.tap_id:
            self._taps.answer(place.tap_id, (Toast(sorry, place.language, alert=True),))


def _unit(uow: SqlUow, row: Taken, turn: Turn) -> tuple[Toast, ...]:
    """Do everything one update asks for, or nothing of it."""
    if (earlier := _handled_earlier(uow, row, turn)) is not None:
        return earlier
    toasts: list[Toast] = []
    for plan in turn.plans:
        alone = len(turn.plans) == 1
        answer = plan.answer(plan.run(uow)) if alone else _in_savepoint(uow, plan, turn)
        toasts += _say(uow, answer)
    return tuple(toasts)


def _in_savepoint(uow: SqlUow, plan: Plan, turn: Turn) -> Answer:
    try:
        with uow.attempt():
            return plan.answer(plan.run(uow))
    except Refusal as no:
        return _no(turn, no)


def _refused_unit(uow: SqlUow, row: Taken, turn: Turn, no: Refusal) -> tuple[Toast, ...]:
    """Record that the only plan was refused, and say so."""
    if (earlier := _handled_earlier(uow, row, turn)) is not None:
        return earlier
    return tuple(_say(uow, _no(turn, no)))


def _no(turn: Turn, no: Refusal) -> Answer:
    """Return how a refusal is told, with what is asked along with it."""
    told = refused(turn.place, no.wording())
    if told is None or isinstance(told, tuple):
        return (*(told or ()), *no.asks)
    return (told, *no.asks)


def _handled_earlier(uow: SqlUow, row: Taken, turn: Turn) -> tuple[Toast, ...] | None:
    """Mark the row done and claim its tap; return the answer for one that was handled before, else None.

    The same tap under a new update_id has no second effect (rulings.md 34).
    """
    if not uow.inbox.done(row.id):
        return ()
    place = turn.place
    if place is None or place.tap_id is None or uow.claims.take(f"tap:{place.tap_id}"):
        return None
    return (Toast(Text("home.tapped_before"), place.language),)


def _say(uow: SqlUow, answer: Answer) -> list[Toast]:
    toasts: list[Toast] = []
    for said in answer if isinstance(answer, tuple) else (answer,):
        if isinstance(said, Outgoing):
            uow.outbox.put(said)
        elif isinstance(said, Toast):
            toasts.append(said)
    return toasts
