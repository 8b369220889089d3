"""What a Telegram world is made of: users, bots, chats, members, messages, invite links."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.files import Media
from sandbox.rights import DEFAULT_PERMISSIONS

Json = dict[str, Any]
"""A JSON object as the Bot API sends or gets it."""


@dataclass(slots=True)
class User:
    """A person or a bot."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    deactivated: bool = False


TELEGRAM = User(777_000, "Telegram")
"""Who forwards the posts of a channel to its discussion group."""

CHANNEL_BOT = User(136_817_688, "Channel", username="Channel_Bot", is_bot=True)
"""Who stands for a person who writes as a channel."""

ANONYMOUS = User(1_087_968_824, "Group", username="GroupAnonymousBot", is_bot=True)
"""Who stands for an administrator who is anonymous."""

SERVICE_ACCOUNTS = {user.id: user for user in (TELEGRAM, CHANNEL_BOT, ANONYMOUS)}
"""Accounts every world has and nobody can be."""


@dataclass(frozen=True, slots=True)
class Member:
    """One user's standing in one group. `until` is Unix seconds, 0 for ever."""

    status: str
    rights: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    until: int = 0
    is_member: bool = True
    promoted_by: int = 0
    custom_title: str = ""

    @property
    def inside(self) -> bool:
        """Say whether the user is in the group."""
        if self.status == "restricted":
            return self.is_member
        return self.status in ("creator", "administrator", "member")

    @property
    def is_admin(self) -> bool:
        """Say whether the user is the creator or an administrator."""
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        """Say whether an administrator's `right` is held."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)


MAX_TITLE, MAX_CUSTOM_TITLE = 128, 16
"""How long the titles of chats and of administrators can be, in UTF-16 units."""

LEFT = Member("left")
MEMBER = Member("member")
CREATOR = Member("creator")


@dataclass(frozen=True, slots=True)
class PollOption:
    """One answer of a poll; its id stays when others come and go."""

    id: str
    text: str
    entities: list[Json]


@dataclass(slots=True)
class Poll:
    """A poll of `author`; the votes hold who chose which options, by index.

    `about` holds what does not change, by Bot API name: question, kind, explanation … `close_date` is Unix
    seconds, 0 for never.
    """

    id: str
    author: int
    about: Json
    options: list[PollOption]
    correct: list[int] = field(default_factory=list)
    close_date: int = 0
    closed: bool = False
    votes: dict[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a bot asks Stars for."""

    title: str
    description: str
    payload: str
    total: int
    start_parameter: str = ""


@dataclass(slots=True)
class Message:
    """A message of one chat. `sender` is who really wrote it, `sender_chat` the channel they wrote as.
    `text` is the caption where there is media.

    `event` holds the fields of a service message that names nobody, by Bot API name, `origin` who wrote what
    is forwarded here, `reactions` what each account (or, behind an anonymous one, its group) reacted with.
    `topic` is the forum topic, 0 outside of any and in General; `thread` the topic or the first message of a
    chain of replies.
    """

    id: int
    date: int
    sender: int
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    reply_to: int = 0
    markup: Json | None = None
    edit_date: int = 0
    preview: Json | None = None
    protected: bool = False
    effect: str = ""
    quote: Json | None = None
    new_members: tuple[int, ...] = ()
    left_member: int = 0
    pinned: int = 0
    event: Json = field(default_factory=dict)
    anonymous: bool = False
    origin: Json | None = None
    sender_chat: int = 0
    automatic: bool = False
    signature: str = ""
    via_bot: int = 0
    topic: int = 0
    thread: int = 0
    media: Media | None = None
    album: str = ""
    spoiler: bool = False
    caption_above: bool = False
    poll: Poll | None = None
    invoice: Invoice | None = None
    reactions: dict[int, list[Json]] = field(default_factory=dict)

    @property
    def is_service(self) -> bool:
        """Say whether the message tells of an event and holds no text."""
        return bool(self.new_members or self.left_member or self.pinned or self.event)


@dataclass(slots=True)
class InviteLink:
    """A way into a group. `expire_date` is Unix seconds, 0 for never; `member_limit` 0 for none."""

    url: str
    creator: int
    name: str = ""
    expire_date: int = 0
    member_limit: int = 0
    by_request: bool = False
    primary: bool = False
    revoked: bool = False
    joined: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Somebody who waits to be let in, by `link` where there was one."""

    user: int
    date: int
    link: InviteLink | None


GENERAL = 1
"""The topic every forum has; its messages carry no thread."""


@dataclass(slots=True)
class Topic:
    """A topic of a forum: its id is that of the message that tells of its creation."""

    id: int
    name: str
    icon_color: int
    creator: int = 0
    icon_emoji: str = ""
    closed: bool = False
    hidden: bool = False


@dataclass(slots=True)
class Chat:
    """A group, a channel, or the private chat of `bot` and `user` (then `id` is the user's id).

    `linked` is the discussion group of a channel, or the channel of a discussion group; `privacy` what each
    bot's privacy mode was when it came in.
    """

    id: int
    kind: str
    title: str = ""
    username: str = ""
    join_by_request: bool = False
    permissions: frozenset[str] = DEFAULT_PERMISSIONS
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    links: dict[str, InviteLink] = field(default_factory=dict)
    requests: dict[int, JoinRequest] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    reads: dict[int, int] = field(default_factory=dict)
    bot: int = 0
    started: bool = False
    blocked: bool = False
    write_until: int = 0
    keyboard: Json | None = None
    instance: str = ""
    migrated_to: int = 0
    topics: dict[int, Topic] = field(default_factory=dict)
    description: str = ""
    linked: int = 0
    banned_senders: set[int] = field(default_factory=set)
    privacy: dict[int, bool] = field(default_factory=dict)
    deleted: bool = False

    @property
    def is_channel(self) -> bool:
        """Say whether only administrators post here, as the channel."""
        return self.kind == "channel"

    @property
    def is_forum(self) -> bool:
        """Say whether the messages are sorted into topics."""
        return bool(self.topics)

    @property
    def is_private(self) -> bool:
        """Say whether this is a chat of one user with a bot."""
        return self.kind == "private"


@dataclass(slots=True)
class Callback:
    """A tapped button that waits for its answer."""

    id: str
    bot: int
    user: int
    chat: Chat
    message: int
    date: int
    answered: bool = False


@dataclass(slots=True)
class Checkout:
    """A payment a user has begun, which waits for the bot's word until `until` (Unix seconds)."""

    id: str
    bot: int
    user: int
    chat: Chat
    message: int
    invoice: Invoice
    until: int
    state: str = "waiting"
    error: str = ""


@dataclass(slots=True)
class Payment:
    """Stars that were paid; they can be given back once."""

    charge: str
    bot: int
    user: int
    invoice: Invoice
    refunded: bool = False


@dataclass(frozen=True, slots=True)
class Toast:
    """What a user's client shows when a tap is answered."""

    seq: int
    user: int
    text: str
    alert: bool
    chat: int
    message: int
    url: str
