"""Pictures: their size read from their first bytes, and small ones drawn for who sends none."""

import struct
import zlib
from dataclasses import dataclass
from random import Random

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WIDTH, _HEIGHT, _CELL = 320, 240, 40


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture's head says of it."""

    width: int
    height: int
    extension: str

    @property
    def mime(self) -> str:
        """Return the media type."""
        return f"image/{'jpeg' if self.extension == 'jpg' else self.extension}"


def read_picture(body: bytes) -> Picture | None:
    """Return the size of a PNG, JPEG or GIF; None for anything else."""
    if body.startswith(_PNG) and len(body) >= 24:
        width, height = struct.unpack(">II", body[16:24])
        return Picture(width, height, "png")
    if body[:6] in (b"GIF87a", b"GIF89a") and len(body) >= 10:
        width, height = struct.unpack("<HH", body[6:10])
        return Picture(width, height, "gif")
    return _jpeg(body) if body.startswith(_JPEG) else None


def _jpeg(body: bytes) -> Picture | None:
    place = 2
    while place + 9 <= len(body) and body[place] == 0xFF:
        kind, (length,) = body[place + 1], struct.unpack(">H", body[place + 2 : place + 4])
        if kind in _FRAMES:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return Picture(width, height, "jpg")
        place += 2 + length
    return None


def drawn(rng: Random) -> bytes:
    """Return a small PNG of coloured squares, another one at every call."""
    columns, rows = _WIDTH // _CELL, _HEIGHT // _CELL
    lines = []
    for _ in range(rows):
        colours = [bytes(rng.randrange(96, 240) for _ in range(3)) for _ in range(columns)]
        lines.append((b"\0" + b"".join(colour * _CELL for colour in colours)) * _CELL)
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")
    return _PNG + b"".join(_chunk(kind, part) for kind, part in parts)


def _chunk(kind: bytes, part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
