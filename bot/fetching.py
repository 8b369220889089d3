"""A file somebody sent, fetched for whoever waits for it: whole and small, or a reason."""

from base64 import b64encode

from telegram.ext import ExtBot

from bot.wire import Wire
from kernel.message import RemoteFile

MOST_BYTES = 1_000_000
TOO_LARGE = "too_large"


async def fetched(bot: ExtBot[None], wire: Wire, file: RemoteFile) -> dict[str, str]:
    """Return a file as {name, base64}, or {name, reason} for one that is too large.

    Raises what asking Telegram raises; a file that is gone is a BadRequest.
    """
    told = await wire.ask(f"{bot.base_url}/getFile", {"file_id": file.file_id})
    too_large = {"name": file.name, "reason": TOO_LARGE}
    if int(told.get("file_size") or 0) > MOST_BYTES:
        return too_large
    content = await wire.download(f"{bot.base_file_url}/{told['file_path']}", most=MOST_BYTES)
    if content is None:
        return too_large
    return {"name": file.name, "base64": b64encode(content).decode()}
