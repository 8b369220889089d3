"""One sandbox: a world, its clock and its faults, driven from Python."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sandbox.botapi import BotApi
from sandbox.calls import CallLog
from sandbox.chatverbs import check_public_name
from sandbox.clock import SandboxClock
from sandbox.courier import Courier
from sandbox.delivery import set_member
from sandbox.entities import utf16_length
from sandbox.errors import ControlError, not_found
from sandbox.faults import Faults
from sandbox.files import StoredFile
from sandbox.limits import Traffic
from sandbox.model import CREATOR, MAX_TITLE, Chat, Json, Toast, User
from sandbox.objects import chat_object, toast_object, user_object
from sandbox.payments import expire
from sandbox.polls import close_due
from sandbox.topics import open_forum
from sandbox.transcript import transcript
from sandbox.verbs import act
from sandbox.view import chat_messages, view_object, world_object
from sandbox.witness import Witness
from sandbox.world import World

MAX_NAME = 64


class Sandbox:
    """A Telegram of its own. Every method is for the event loop's thread."""

    def __init__(
        self,
        *,
        seed: int = 1,
        start: datetime | None = None,
        frozen: bool = False,
        pace: float = 1.0,
        witness: Witness | None = None,
    ) -> None:
        """Make an empty world. `start` None is the real time; a `frozen` clock moves only when told to.

        The server's own waits (retries of webhooks, delays of impatient polls) last `pace` times Telegram's.
        A `witness` hears every answer, every update pushed and every message shown.
        """
        self.clock = SandboxClock(start, frozen=frozen)
        self.witness = witness or Witness()
        self._world = World(self.clock, seed, pace, self.witness)
        self._faults = Faults()
        self._log = CallLog()
        self._traffic = Traffic()
        self._api = BotApi(self._world, self._faults, self._log, self._traffic)
        self._courier = Courier(self._world, self._faults, self._api.execute)
        self.closed = False

    # -- the world

    def add_user(
        self,
        first_name: str,
        *,
        last_name: str = "",
        username: str = "",
        language_code: str = "",
        user_id: int = 0,
    ) -> Json:
        """Add a person; a `user_id` of 0 gets the next free one. Return the User."""
        user = User(user_id, first_name, last_name, username.removeprefix("@"), language_code)
        _check_names(user)
        return user_object(self._world.add_user(user))

    def add_bot(
        self, first_name: str, username: str, *, privacy: bool = True, bot_id: int = 0, token: str = ""
    ) -> Json:
        """Add a bot; return its User with its `token`. The first bot is the one verbs mean by default."""
        user = User(bot_id, first_name, username=username.removeprefix("@"), is_bot=True)
        _check_names(user)
        if not user.username:
            raise ControlError("a bot needs a username of 3-32 of A-Z a-z 0-9 _; got none")
        bot = self._world.add_bot(user, privacy=privacy, token=token)
        return user_object(user) | {"token": bot.token}

    def add_group(
        self,
        title: str,
        creator: int,
        *,
        kind: str = "supergroup",
        chat_id: int = 0,
        username: str = "",
        join_by_request: bool = False,
        forum: bool = False,
    ) -> Json:
        """Add a group with its creator inside; return the Chat."""
        self._world.user(creator)
        if kind not in ("supergroup", "group", "channel"):
            raise ControlError(f"type must be supergroup or group; got {kind}")
        if (username and kind == "group") or (forum and kind != "supergroup"):
            raise ControlError(
                "only a supergroup can have a username or topics; give none or type supergroup"
            )
        if not 1 <= utf16_length(title.strip()) <= MAX_TITLE:
            raise ControlError(f"title must have 1-{MAX_TITLE} characters")
        if chat_id > 0 or (chat_id and (chat_id < -1_000_000_000_000) != (kind != "group")):
            raise ControlError(f"a supergroup has an id below -1000000000000, a group above; got {chat_id}")
        check_public_name(username.removeprefix("@"))
        chat = Chat(chat_id, kind, title.strip(), username.removeprefix("@"), join_by_request)
        if chat.is_channel:
            chat.permissions = frozenset()
        if forum:
            open_forum(chat)
        self._world.add_group(chat)
        set_member(self._world, chat, creator, CREATOR, actor=creator)
        return chat_object(self._world, chat)

    def add_channel(
        self, title: str, creator: int, *, linked: int = 0, chat_id: int = 0, username: str = ""
    ) -> Json:
        """Add a channel with its creator inside, discussed in the supergroup `linked`; return the Chat."""
        group = self._world.group(linked) if linked else None
        if group is not None and (group.kind != "supergroup" or group.linked):
            raise ControlError(f"linked must be a supergroup that is not linked yet; got {linked}")
        made = self.add_group(title, creator, kind="channel", chat_id=chat_id, username=username)
        if group is not None:
            self._world.groups[made["id"]].linked, group.linked = group.id, made["id"]
        return made

    def settle(self, *, started: Sequence[int] = ()) -> None:
        """Make what was done so far old: no update waits, all is read, and `started` users pressed Start."""
        world = self._world
        bot = world.bot()
        for user in started:
            world.private(bot.id, user).started = True
        for each in world.bots.values():
            each.queue.drop()
        for chat in world.groups.values():
            chat.reads.update(dict.fromkeys(chat.members, chat.last_id))

    def revoke_token(self, bot: int | None = None) -> Json:
        """Give a bot a new `token`, as its owner can at BotFather: the old one answers 401 from now on."""
        found = self._world.bot(bot)
        return user_object(found.user) | {"token": self._world.revoke(found)}

    def set_privacy(self, bot: int | None, *, privacy: bool) -> Json:
        """Turn a bot's privacy mode on or off; a group goes by it once the bot is brought in anew."""
        found = self._world.bot(bot)
        found.privacy = privacy
        self._world.touch()
        return user_object(found.user) | {"privacy": privacy}

    def world(self) -> Json:
        """Return who and what exists: `now`, `bots`, `users`, `chats`."""
        return world_object(self._world)

    # -- being a user

    def act(self, user: int, verb: str, /, **fields: Any) -> Json:
        """Do a verb of docs/sandbox.md as a user; return what it made. Raises ControlError."""
        return act(self._world, user, verb, fields)

    def perform(self, user: int, verb: str, fields: Json) -> Json:
        """Do a verb whose fields come as a mapping, as the control API does."""
        return act(self._world, user, verb, fields)

    def view(self, user: int, *, last: int | None = None) -> Json:
        """Return what the user's client shows; `last` limits the messages of each chat."""
        self._end_what_is_due()
        return view_object(self._world, user, last=last)

    def messages(self, user: int, chat: int | None = None) -> list[Json]:
        """Return the Messages of one chat as this user sees them; None is the private chat with the bot."""
        return chat_messages(self._world, user, chat)

    def file(self, file_id: str) -> StoredFile:
        """Return a file by the id anybody knows it by. Raises ControlError for an unknown one."""
        found = self._world.files.any(file_id)
        if found is None:
            raise not_found(f"no file has the id {file_id}; messages hold the ids")
        return found

    def toasts(self, user: int, after: int = 0) -> list[Json]:
        """Return what popped up for a user since `seq` was `after`: text, alert, chat, message, url."""
        return [toast_object(toast) for toast in self.toasts_after(user, after)]

    def toasts_after(self, user: int, after: int) -> list[Toast]:
        """Return a user's toasts with a number above `after`."""
        return [toast for toast in self._world.toasts if toast.seq > after and toast.user == user]

    def standing(self, user: int) -> Json:
        """Return whether a user `started` or `blocked` the first bot, and the `groups` (ids) they are in."""
        world = self._world
        home = world.private(world.bot().id, self.user_id(user))
        inside = [chat.id for chat in world.open_groups() if world.member(chat, user).inside]
        return {"started": home.started, "blocked": home.blocked, "groups": inside}

    def user_id(self, user: int) -> int:
        """Return `user`, known to be a person. Raises ControlError."""
        return self._world.user(user).id

    @property
    def seq(self) -> int:
        """Return how many changes there were."""
        return self._world.seq

    # -- time, faults, what the bots did

    def advance(self, seconds: float) -> datetime:
        """Move the clock on; return the new instant."""
        return self._moved(self.clock.advance(seconds))

    def set_clock(self, instant: datetime) -> datetime:
        """Move the clock to an aware instant that is not past; return it."""
        return self._moved(self.clock.set(instant))

    def _moved(self, now: datetime) -> datetime:
        self._end_what_is_due()
        self._world.touch()
        self._world.moved.strike()
        self._world.pending()
        return now

    def _end_what_is_due(self) -> None:
        close_due(self._world)
        expire(self._world)

    def fault(self, kind: str, **fields: Any) -> Json:
        """Put up a fault: `method`, `times` and the kind's own fields, as docs/sandbox.md lists them."""
        fault = self._faults.add({"kind": kind, **fields})
        self.clock.skew = self._faults.skew()
        return fault.object()

    def faults(self) -> list[Json]:
        """Return the standing faults."""
        return [fault.object() for fault in self._faults.standing]

    def clear_faults(self, kind: str = "") -> None:
        """Take the faults of a kind away, or all."""
        self._faults.clear(kind)
        self.clock.skew = self._faults.skew()

    def limit(self, **limits: int) -> Json:
        """Limit how fast bots send (`per_second`, `chat_per_second`, `group_per_minute`), counting anew."""
        return self._traffic.set(limits)

    def limits(self) -> Json:
        """Return `limits`, the `peaks` there were, and how many calls were `refused`."""
        return self._traffic.object()

    def set_latency(self, seconds: float) -> float:
        """Let every answer but getUpdates come so much later; return it."""
        return self._api.set_latency(seconds)

    def calls(self, after: int = 0) -> list[Json]:
        """Return the Bot API calls numbered above `after`."""
        return self._log.after(after)

    def transcript(self) -> str:
        """Return all that happened so far, as Markdown for a bug report."""
        return transcript(self._world, self._faults, self.limits(), self._log)

    def pending(self) -> int:
        """Return how many updates nobody has confirmed yet."""
        return self._world.pending()

    def redeliver(self, update_id: int, *, new_id: bool = False, bot: int | None = None) -> Json:
        """Deliver an update again; `new_id`: the same event as a new update. Return the update."""
        found = self._world.bot(bot).queue.redeliver(update_id, new_id=new_id)
        if found is None:
            raise not_found(f"there was no update {update_id}")
        return found

    async def drained(self) -> None:
        """Return once every update is confirmed. Waits for ever when nobody takes them."""
        while self._world.pending():
            await self._world.confirmed.wait()

    async def changed(self) -> None:
        """Return at the next change of the world, or at its end."""
        await self._world.changes.wait()

    # -- serving

    @property
    def api(self) -> BotApi:
        """The Bot API over this world."""
        return self._api

    def open(self) -> None:
        """Let polls wait again after a `close`."""
        self.closed = False
        self._api.set_closed(closed=False)
        self._courier.set_closed(closed=False)

    async def push(self) -> None:
        """Push updates to webhooks until `close`; a server runs this beside itself."""
        await self._courier.run()

    def close(self) -> None:
        """End every poll and every event stream, so that a server can stop."""
        self.closed = True
        self._api.set_closed(closed=True)
        self._courier.set_closed(closed=True)
        self._world.changes.strike()


def _check_names(user: User) -> None:
    if not 1 <= len(user.first_name.strip()) <= MAX_NAME or len(user.last_name) > MAX_NAME:
        raise ControlError(f"first_name must have 1-{MAX_NAME} characters, last_name at most {MAX_NAME}")
    check_public_name(user.username)
