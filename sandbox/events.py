"""Server-sent events of one user's client: what changed, and what pops up."""

import json
from collections.abc import AsyncIterator

from sandbox.objects import toast_object
from sandbox.sandbox import Sandbox


async def events(sandbox: Sandbox, user_id: int) -> AsyncIterator[dict[str, str]]:
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
