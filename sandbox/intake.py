"""Files on their way in: what Telegram makes of them, and which it refuses."""

from typing import Any

from sandbox.errors import bad_request
from sandbox.files import Media, StoredFile, Upload
from sandbox.pictures import Picture, read_picture
from sandbox.world import World

MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_DIMENSIONS = 10_000
MAX_RATIO = 20
SIZES = (90, 320, 800, 1280)
"""Longest sides of the sizes a photo comes in, in pixels, below its own."""
UNKNOWN_MIME = "application/octet-stream"
MIMES = {"voice": "audio/ogg", "video": "video/mp4", "audio": "audio/mpeg", "animation": "video/mp4"}
"""What a file is taken for that comes without a media type."""


def take(world: World, kind: str, upload: Upload, about: dict[str, Any] | None = None) -> Media:
    """Keep an uploaded file as media of `kind`. Raises ApiError for what Telegram would not take."""
    if not upload.body:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        return world.files.keep(Media("photo", _sizes(world, upload)))
    if len(upload.body) > MAX_FILE_BYTES:
        raise bad_request("file is too big")
    file = _stored(world, kind, upload, read_picture(upload.body))
    return world.files.keep(Media(kind, (file,), about=about or {}))


def thumbnail(world: World, upload: Upload) -> StoredFile | None:
    """Return a small picture to show for a file; None for what is no picture of at most 320 pixels."""
    picture = read_picture(upload.body)
    if picture is None or max(picture.width, picture.height) > 320:
        return None
    return _stored(world, "thumbnail", upload, picture)


def _sizes(world: World, upload: Upload) -> tuple[StoredFile, ...]:
    size = len(upload.body)
    if size > MAX_PHOTO_BYTES:
        text = (
            f"file of size {size} bytes is too big for a photo; the maximum size is {MAX_PHOTO_BYTES} bytes"
        )
        raise bad_request(text)
    picture = read_picture(upload.body)
    if picture is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    short, long = sorted((picture.width, picture.height))
    if not short or short + long > MAX_DIMENSIONS or long > MAX_RATIO * short:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    # Nothing here can draw a picture smaller: every size tells its own dimensions and carries all bytes.
    sides = [side for side in SIZES if side < long]
    scaled = [
        Picture(_part(picture.width, side, long), _part(picture.height, side, long), "") for side in sides
    ]
    return tuple(_stored(world, "photo", upload, picture, shown) for shown in [*scaled, picture])


def _part(length: int, side: int, long: int) -> int:
    return max(1, length * side // long)


def _stored(
    world: World, kind: str, upload: Upload, picture: Picture | None, shown: Picture | None = None
) -> StoredFile:
    size = shown or picture
    _, dot, extension = upload.name.rpartition(".")
    named = extension.lower() if dot and extension.isascii() and extension.isalnum() else ""
    return StoredFile(
        world.files.number(),
        f"AQAD{world.letters(11)}",
        kind,
        upload.body,
        upload.name,
        picture.mime if picture else _mime(kind, upload),
        picture.extension if picture else named[:8],
        size.width if size else 0,
        size.height if size else 0,
    )


def _mime(kind: str, upload: Upload) -> str:
    said = "" if upload.mime == UNKNOWN_MIME else upload.mime
    return said or MIMES.get(kind, UNKNOWN_MIME)
