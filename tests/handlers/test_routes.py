"""What a route may be made of."""

from typing import Any

import pytest
from telegram import Update

from handlers.routes import on_tap


@pytest.mark.parametrize(("act", "args"), [("growth:card", ""), ("growth.card", r"\d+")])
def test_an_act_that_would_not_be_found_is_refused(act: str, args: str) -> None:
    async def nothing(_update: Update, _context: Any) -> None: ...

    with pytest.raises(ValueError, match="behind a colon"):
        on_tap(act, nothing, args)
