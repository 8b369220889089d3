"""Server-sent events of one user's client: what changed, and what pops up."""

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from sandbox.model import Json, Toast

if TYPE_CHECKING:
    from sandbox.server import Sandbox


def toast_object(toast: Toast) -> Json:
    """Return what a `toast` event carries."""
    return {
        "text": toast.text,
        "alert": toast.alert,
        "chat": toast.chat,
        "message": toast.message,
        "url": toast.url,
    }


async def events(sandbox: "Sandbox", user_id: int) -> AsyncIterator[dict[str, str]]:
    """Yield one `change` at once and one after every burst of changes, and each new toast, until the end."""
    seen = -1
    shown = sandbox.seq
    while not sandbox.closed:
        if sandbox.seq != seen:
            seen = sandbox.seq
            yield {"event": "change", "data": json.dumps({"seq": seen})}
            for toast in sandbox.toasts_after(user_id, shown):
                shown = toast.seq
                yield {"event": "toast", "data": json.dumps(toast_object(toast), ensure_ascii=False)}
        if sandbox.seq == seen and not sandbox.closed:
            await sandbox.changed()
