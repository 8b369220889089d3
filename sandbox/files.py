"""Files people and bots sent: kept once, known to everybody under ids of their own."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "video": "videos",
    "voice": "voice",
    "audio": "music",
    "animation": "animations",
    "thumbnail": "thumbnails",
}
"""Kind of a file -> where it is downloaded from."""

PREFIXES = {
    "photo": "AgAC",
    "document": "BQAC",
    "video": "BAAC",
    "voice": "AwAC",
    "audio": "CQAC",
    "animation": "CgAC",
    "thumbnail": "AAMC",
}
"""Kind of a file -> how its ids begin."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it comes in a call."""

    name: str
    mime: str
    body: bytes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file kept. `width` and `height` are pixels, 0 where there are none."""

    number: int
    unique: str
    kind: str
    body: bytes
    name: str
    mime: str
    extension: str
    width: int = 0
    height: int = 0

    @property
    def path(self) -> str:
        """Return where a bot downloads the file, below its token."""
        return f"{FOLDERS[self.kind]}/file_{self.number}{self.extension and '.' + self.extension}"


@dataclass(frozen=True, slots=True)
class Media:
    """What a message shows besides text: `sizes` of one picture, smallest first, or one file.

    `about` holds what the sender said of it, by Bot API name: `duration`, `width`, `title` …
    """

    kind: str
    sizes: tuple[StoredFile, ...]
    thumbnail: StoredFile | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def best(self) -> StoredFile:
        """Return the file itself, of a picture the largest size."""
        return self.sizes[-1]


class Files:
    """All files of a world."""

    def __init__(self) -> None:
        self._count = 0
        self._paths: dict[str, StoredFile] = {}
        self._media: dict[str, Media] = {}
        self._known: dict[str, StoredFile] = {}

    def number(self) -> int:
        """Return the next file's number."""
        self._count += 1
        return self._count

    def keep(self, media: Media) -> Media:
        """Keep what came with a message."""
        for file in (*media.sizes, *([media.thumbnail] if media.thumbnail else [])):
            self._paths[file.path] = file
            self._media[file.unique] = media
        return media

    def id_for(self, viewer: int, file: StoredFile) -> str:
        """Return the file_id under which `viewer` (a bot or a person) knows a file."""
        file_id = _id(viewer, file)
        self._known[file_id] = file
        return file_id

    def find(self, viewer: int, file_id: str) -> StoredFile | None:
        """Return the file `viewer` knows by this id; None for one of somebody else."""
        file = self._known.get(file_id)
        return file if file is not None and _id(viewer, file) == file_id else None

    def any(self, file_id: str) -> StoredFile | None:
        """Return the file anybody knows by this id."""
        return self._known.get(file_id)

    def at(self, viewer: int, path: str) -> StoredFile | None:
        """Return the file of a download path, if `viewer` ever got an id of it."""
        file = self._paths.get(path)
        return file if file is not None and _id(viewer, file) in self._known else None

    def media_of(self, file: StoredFile) -> Media:
        """Return what a file came in."""
        return self._media[file.unique]


def loggable(value: Any) -> Any:
    """Return parameters of a call with the name and size of every file instead of its bytes."""
    if isinstance(value, Upload):
        return {"file": value.name, "bytes": len(value.body)}
    if isinstance(value, dict):
        return {name: loggable(inner) for name, inner in value.items()}
    return value


def _id(viewer: int, file: StoredFile) -> str:
    digest = hashlib.sha256(f"{viewer} {file.unique}".encode()).digest()
    return PREFIXES[file.kind] + base64.urlsafe_b64encode(digest[:30]).decode()
