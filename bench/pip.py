"""A library, or the product, with nothing around it but what `pip install` brings along."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PTB, CAIBOSHI = "python-telegram-bot", "caiboshi"
_CHECKOUT = Path(__file__).parents[1]
_NAME = re.compile(r"[\w.-]+")


@contextlib.contextmanager
def as_pip_installs(name: str) -> Iterator[dict[str, str]]:
    """Yield an environment, to be used with `-S`, that holds `name`, what it requires, and this checkout.

    What stands beside it here would count: httpcore asks for `sniffio` at every lock, httpx loads `rich`
    where it finds it.
    """
    with tempfile.TemporaryDirectory() as folder:
        for each in _with_what_it_requires(name):
            tops = {file.parts[0] for file in each.files or () if file.parts[0] != ".."}
            for top in tops - set(os.listdir(folder)):
                Path(folder, top).symlink_to(Path(str(each.locate_file(top))))
        yield {"PYTHONPATH": os.pathsep.join((folder, str(_CHECKOUT)))}


def _with_what_it_requires(name: str) -> Iterator[Distribution]:
    """Yield a distribution and all it requires on this Python; extras are left out."""
    known, waiting = {name}, [name]
    while waiting:
        try:
            found = distribution(waiting.pop())
        except PackageNotFoundError:  # required on another Python or system only
            continue
        yield found
        needed = {_NAME.findall(line)[0].lower() for line in found.requires or () if "extra ==" not in line}
        waiting += needed - known
        known |= needed
