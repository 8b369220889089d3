"""Methods that send files, alone or as an album, and give them back."""

from typing import Any

from sandbox.contents import file_object
from sandbox.delivery import post
from sandbox.entities import Formatted
from sandbox.errors import bad_request
from sandbox.files import Media, Upload
from sandbox.intake import take, thumbnail
from sandbox.methods.common import check_can_write, find_chat, find_user
from sandbox.methods.sending import draft
from sandbox.methods.texts import read_caption
from sandbox.model import Json, Message
from sandbox.params import ATTACHED
from sandbox.world import Bot, World

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
MAX_ALBUM = 10
PERMISSIONS = {
    "photo": "can_send_photos",
    "document": "can_send_documents",
    "video": "can_send_videos",
    "voice": "can_send_voice_notes",
    "audio": "can_send_audios",
    "animation": "can_send_other_messages",
}
"""Kind of a file -> what a plain member needs to send it."""
ABOUT = {
    "photo": {},
    "document": {},
    "video": {"width": 0, "height": 0, "duration": 0},
    "animation": {"width": 0, "height": 0, "duration": 0},
    "audio": {"duration": 0},
    "voice": {"duration": 0},
}
"""Kind of a file -> what is always told of it, and what stands where the sender said nothing."""
OPTIONAL = ("start_timestamp", "performer", "title")
WRONG_FILE = "wrong file identifier/HTTP URL specified"


def send_photo(world: World, bot: Bot, params: Json) -> Json:
    """Send a photo."""
    return _send(world, bot, params, "photo")


def send_document(world: World, bot: Bot, params: Json) -> Json:
    """Send a file of any kind."""
    return _send(world, bot, params, "document")


def send_video(world: World, bot: Bot, params: Json) -> Json:
    """Send a video."""
    return _send(world, bot, params, "video")


def send_voice(world: World, bot: Bot, params: Json) -> Json:
    """Send a voice message."""
    return _send(world, bot, params, "voice")


def _send(world: World, bot: Bot, params: Json, kind: str) -> Json:
    caption = read_caption(world, params)
    media = read_media(world, bot, params, params | {"media": params[kind], "type": kind})
    chat, message = draft(world, bot, params, permission=PERMISSIONS[kind])
    show(message, media, caption, params)
    return post(world, chat, message)


def read_media(world: World, bot: Bot, params: Json, given: Json) -> Media:
    """Return the file of an InputMedia: uploaded with the call of `params`, or known by its file_id.

    Raises ApiError for a file that is not there, not of its type, or refused.
    """
    kind = given["type"]
    if kind not in ABOUT:
        raise bad_request(f"the sandbox keeps no media of type {kind}")
    known = attached(params, given["media"])
    if isinstance(known, str):
        return _by_id(world, bot, known, kind)
    about = {name: max(given.get(name, standing), 0) for name, standing in ABOUT[kind].items()}
    about |= {name: given[name] for name in OPTIONAL if name in given}
    media = take(world, kind, known, about)
    small = attached(params, given["thumbnail"]) if "thumbnail" in given else ""
    if isinstance(small, Upload) and kind != "photo":
        media = world.files.keep(Media(kind, media.sizes, thumbnail(world, small), about))
    return media


def attached(params: Json, value: Upload | str) -> Upload | str:
    """Return the file that came with the call, or what the client said instead of one."""
    if isinstance(value, Upload) or not value.startswith("attach://"):
        return value
    found: Upload | None = params.get(ATTACHED, {}).get(value.removeprefix("attach://"))
    if found is None:
        raise bad_request("can't parse InputMedia: media not found")
    return found


def _by_id(world: World, bot: Bot, file_id: str, kind: str) -> Media:
    file = world.files.find(bot.id, file_id)
    if file is None:
        raise bad_request(WRONG_FILE)
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
    return world.files.media_of(file)


def show(message: Message, media: Media, caption: Formatted, given: Json) -> None:
    """Put a file and its caption into a message."""
    message.media, message.text, message.entities = media, caption.text, caption.entities
    message.spoiler = given.get("has_spoiler", False)
    message.caption_above = given.get("show_caption_above_media", False)


def send_media_group(world: World, bot: Bot, params: Json) -> list[Json]:
    """Send an album; return its Messages."""
    items = params["media"]
    if not 2 <= len(items) <= MAX_ALBUM:
        raise bad_request("media album must contain 2-10 items" if items else 'parameter "media" is empty')
    if not fit_one_album({item["type"] for item in items}):
        raise bad_request("can't mix these types of media in one album")
    _check_can_send(world, bot, params, {item["type"] for item in items})
    parts = [(read_media(world, bot, params, item), read_caption(world, item), item) for item in items]
    album = world.digits()[:17]
    found = []
    for media, caption, item in parts:
        chat, message = draft(world, bot, params, permission=PERMISSIONS[media.kind])
        show(message, media, caption, item)
        message.album = album
        found.append(post(world, chat, message))
    return found


def _check_can_send(world: World, bot: Bot, params: Json, kinds: set[str]) -> None:
    """Raise ApiError before the first part of an album is sent, where another part may not be."""
    chat = find_chat(world, bot, params["chat_id"])
    for kind in sorted(kinds):
        check_can_write(world, bot, chat, PERMISSIONS[kind])


def fit_one_album(kinds: set[str]) -> bool:
    """Say whether files of these kinds can stand together: photos and videos, or only documents, or audio."""
    return kinds <= {"photo", "video"} or kinds in ({"document"}, {"audio"})


def get_file(world: World, bot: Bot, params: Json) -> Json:
    """Return where a file can be downloaded."""
    file = world.files.find(bot.id, params["file_id"])
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.body) > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return file_object(world.files, file, bot.id) | {"file_path": file.path}


def get_user_profile_photos(world: World, _bot: Bot, params: Json) -> Json:
    """Return the pictures of a user: nobody in this world has one."""
    find_user(world, params)
    if not 1 <= params.get("limit", 100) <= 100 or params.get("offset", 0) < 0:
        raise bad_request("limit must be 1-100 and offset not below 0")
    photos: list[Any] = []
    return {"total_count": 0, "photos": photos}
