"""The world: who and what exists, and how it is found. Only the event loop's thread touches it."""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from sandbox.clock import SandboxClock
from sandbox.errors import ControlError, not_found, unauthorized
from sandbox.files import Files
from sandbox.manners import Manners
from sandbox.model import (
    LEFT,
    MEMBER,
    SERVICE_ACCOUNTS,
    Callback,
    Chat,
    Checkout,
    Json,
    Member,
    Payment,
    Poll,
    Toast,
    User,
)
from sandbox.updates import Pulse, UpdateQueue
from sandbox.webhook import Webhook
from sandbox.witness import Witness

FIRST_USER_ID = 5_200_000_001
FIRST_BOT_ID = 7_300_000_001
FIRST_GROUP_ID = -4_700_000_001
FIRST_SUPERGROUP_ID = -1_002_400_000_001
MAX_ID = 1 << 52
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
TOASTS = 5_000


@dataclass(slots=True)
class Bot:
    """A bot account: its token, its queue, and what it told Telegram about itself."""

    user: User
    token: str
    queue: UpdateQueue
    manners: Manners
    privacy: bool = True
    webhook: Webhook | None = None
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    menus: dict[int, Json] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Return the bot's user id."""
        return self.user.id


class World:
    """Users, bots, chats and the taps that wait for an answer."""

    def __init__(self, clock: SandboxClock, seed: int, pace: float, witness: Witness) -> None:
        self.clock = clock
        self.pace = pace
        self.witness = witness
        self.rng = Random(seed)  # noqa: S311 -- a seeded world, no secrets
        self.confirmed = Pulse()
        self.changes = Pulse()
        self.webhooks = Pulse()
        self.moved = Pulse()
        self.users: dict[int, User] = {}
        self.bots: dict[int, Bot] = {}
        self.tokens: dict[str, Bot] = {}
        self.groups: dict[int, Chat] = {}
        self.privates: dict[tuple[int, int], Chat] = {}
        self.files = Files()
        self.polls: dict[str, Poll] = {}
        self.checkouts: dict[str, Checkout] = {}
        self.payments: dict[str, Payment] = {}
        self.callbacks: dict[str, Callback] = {}
        self.toasts: deque[Toast] = deque(maxlen=TOASTS)
        self.seq = 0

    def touch(self) -> int:
        """Count a change and wake the clients; return the change's number."""
        self.seq += 1
        self.changes.strike()
        return self.seq

    def user(self, user_id: int) -> User:
        """Return a person (no bot). Raises ControlError for anybody else."""
        found = self.users.get(user_id)
        if found is None or found.is_bot:
            raise not_found(f"no user has the id {user_id}; GET /control/world lists them")
        return found

    def bot(self, bot_id: int | None = None) -> Bot:
        """Return the bot of this id, or the first one."""
        if bot_id is None:
            if not self.bots:
                raise not_found("this world has no bot")
            return next(iter(self.bots.values()))
        found = self.bots.get(bot_id)
        if found is None:
            raise not_found(f"no bot has the id {bot_id}; GET /control/world lists them")
        return found

    def group(self, chat_id: int) -> Chat:
        """Return a group or channel. Raises ControlError for one that is not there."""
        found = self.groups.get(chat_id)
        if found is None:
            raise not_found(f"no group has the id {chat_id}; GET /control/world lists them")
        if found.migrated_to:
            raise not_found(f"group {chat_id} was upgraded to the supergroup {found.migrated_to}")
        if found.deleted:
            raise not_found(f"chat {chat_id} was deleted")
        return found

    def open_groups(self) -> list[Chat]:
        """Return the groups and channels that were neither deleted nor upgraded to another."""
        return [chat for chat in self.groups.values() if not chat.migrated_to and not chat.deleted]

    def private(self, bot_id: int, user_id: int) -> Chat:
        """Return the private chat of a bot and a user, made on first use."""
        key = (bot_id, user_id)
        chat = self.privates.get(key)
        if chat is None:
            chat = Chat(user_id, "private", bot=bot_id, instance=self.digits())
            self.privates[key] = chat
        return chat

    def by_username(self, name: str) -> Chat | User | None:
        """Return the group or account that carries the public name, written with or without @."""
        wanted = name.removeprefix("@").lower()
        if not wanted:
            return None
        for chat in self.groups.values():
            if chat.username.lower() == wanted:
                return chat
        return next((user for user in self.users.values() if user.username.lower() == wanted), None)

    def member(self, chat: Chat, user_id: int) -> Member:
        """Return a user's standing in a group now: bans and restrictions that have run out are over."""
        member = chat.members.get(user_id, LEFT)
        if member.until and member.until <= self.clock.unix():
            back = MEMBER if member.status == "restricted" and member.is_member else LEFT
            chat.members[user_id] = back
            return back
        return member

    def allows(self, chat: Chat, user_id: int, name: str) -> bool:
        """Say whether a user of a group has the right `name`, or the permission that members have by it."""
        member = self.member(chat, user_id)
        given = member.permissions if member.status == "restricted" else chat.permissions
        return member.may(name) or (member.inside and name in given)

    def may_send(self, chat: Chat, user_id: int, permission: str) -> bool:
        """Say whether a user may send what needs `permission`: administrators always, into a channel some."""
        if chat.is_channel:
            return self.allows(chat, user_id, "can_post_messages")
        return self.member(chat, user_id).is_admin or self.allows(chat, user_id, permission)

    def may_pin(self, chat: Chat, user_id: int) -> bool:
        """Say whether a user may pin and unpin: in their private chat always."""
        right = "can_edit_messages" if chat.is_channel else "can_pin_messages"
        return chat.is_private or self.allows(chat, user_id, right)

    def is_anonymous(self, chat: Chat, user_id: int) -> bool:
        """Say whether a user is an administrator of a group who appears as the group."""
        return not chat.is_channel and "is_anonymous" in self.member(chat, user_id).rights

    def insiders(self, chat: Chat) -> list[int]:
        """Return the ids of all who are in a group, in the order they came."""
        return [user_id for user_id in list(chat.members) if self.member(chat, user_id).inside]

    def digits(self) -> str:
        """Return a new opaque number of 18 or 19 digits, as text."""
        return str(self.rng.getrandbits(61) | 1 << 60)

    def letters(self, count: int) -> str:
        """Return `count` letters as tokens and links have them."""
        return "".join(self.rng.choices(LETTERS, k=count))

    def add_user(self, user: User) -> User:
        """Take somebody in; an id of 0 gets the next free one. Raises ControlError for a taken id or name."""
        if user.id == 0:
            first = FIRST_BOT_ID if user.is_bot else FIRST_USER_ID
            user.id = next(i for i in range(first, MAX_ID) if i not in self.users)
        if not 0 < user.id < MAX_ID:
            raise ControlError(f"a user id is 1 to 2^52, got {user.id}")
        if user.id in self.users or user.id in SERVICE_ACCOUNTS:
            raise ControlError(f"the user id {user.id} is taken")
        self.check_username(user.username)
        self.users[user.id] = user
        self.touch()
        return user

    def add_bot(self, user: User, *, privacy: bool, token: str = "") -> Bot:
        """Register a bot; without a `token` one is drawn."""
        self.add_user(user)
        secret = token or f"{user.id}:{self.letters(35)}"
        manners = Manners(self.pace)
        queue = UpdateQueue(self.clock, self.rng, self.confirmed, manners)
        bot = Bot(user, secret, queue, manners, privacy)
        self.bots[user.id] = bot
        self.tokens[secret] = bot
        return bot

    def revoke(self, bot: Bot) -> str:
        """Give a bot a new token; polls and the webhook of the old one end."""
        del self.tokens[bot.token]
        bot.token = f"{bot.id}:{self.letters(35)}"
        self.tokens[bot.token] = bot
        self.set_webhook(bot, None)
        bot.queue.end_poll(unauthorized())
        return bot.token

    def set_webhook(self, bot: Bot, webhook: Webhook | None) -> None:
        """Push a bot's updates to a webhook from now on, or (None) keep them for its polls."""
        bot.webhook = webhook
        bot.queue.set_pushed(pushed=webhook is not None)
        self.webhooks.strike()

    def add_group(self, chat: Chat) -> Chat:
        """Take a group in; an id of 0 gets the next free one of its kind."""
        if chat.id == 0:
            first = FIRST_GROUP_ID if chat.kind == "group" else FIRST_SUPERGROUP_ID
            chat.id = next(i for i in range(first, -MAX_ID, -1) if i not in self.groups)
        if not -MAX_ID < chat.id < 0:
            raise ControlError(f"a chat id is -1 to -2^52, got {chat.id}")
        if chat.id in self.groups:
            raise ControlError(f"the chat id {chat.id} is taken")
        self.check_username(chat.username)
        chat.instance = self.digits()
        self.groups[chat.id] = chat
        self.touch()
        return chat

    def check_username(self, name: str) -> None:
        """Raise ControlError when a public name is taken."""
        if name and self.by_username(name) is not None:
            raise ControlError(f"the username {name} is taken")

    def pending(self) -> int:
        """Return how many updates nobody has confirmed yet, over all bots."""
        return sum(bot.queue.pending() for bot in self.bots.values())
