"""Pictures that the bot draws."""

import io

import segno

from kernel.message import File

_DOT, _BORDER = 10, 4  # pixels, and dots around


def picture_of(link: str) -> File:
    """Return a PNG of the QR code that holds `link`."""
    drawn = io.BytesIO()
    segno.make_qr(link, error="m").save(drawn, kind="png", scale=_DOT, border=_BORDER)
    return File("code.png", drawn.getvalue())
