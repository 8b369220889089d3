"""Where a SQLite database must not lie."""

from pathlib import Path

import pytest

from storage import fitness
from storage.fitness import DatabaseUnfit

_LINE = "{n} 1 0:5 / {place} rw,relatime shared:1 - {kind} server:/x rw\n"


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    """What Linux tells of a machine with a disk, a share on it, and a disk within the share."""
    path = tmp_path / "mountinfo"
    places = {"/": "ext4", "/srv/shop\\040share": "nfs4", "/srv/shop\\040share/disk": "xfs", "/win": "cifs"}
    lines = (_LINE.format(n=n, place=place, kind=kind) for n, (place, kind) in enumerate(places.items()))
    path.write_text("".join(lines))
    return path


@pytest.mark.parametrize("place", ["/srv/shop share/bot.db", "/srv/shop share/deep/er/bot.db", "/win/bot.db"])
def test_a_network_share_is_refused(mounts: Path, place: str) -> None:
    with pytest.raises(DatabaseUnfit, match=r"lies on a network share \((nfs4|cifs)\)"):
        fitness.check(f"sqlite:///{place}", mounts=mounts)


@pytest.mark.parametrize("place", ["/home/bot.db", "/srv/shop share/disk/bot.db", "/srv/shop/bot.db"])
def test_a_disk_is_taken(mounts: Path, place: str) -> None:
    fitness.check(f"sqlite:///{place}", mounts=mounts)


def test_a_system_that_tells_nothing_is_taken(tmp_path: Path) -> None:
    fitness.check(f"sqlite:///{tmp_path}/bot.db", mounts=tmp_path / "none")


def test_an_old_sqlite_is_refused_for_a_file_only(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnfit, match=r"SQLite 3\.37\.0 or newer is needed, this Python has 3\.36\.9"):
        fitness.check(f"sqlite:///{tmp_path}/bot.db", sqlite_version=(3, 36, 9))
    fitness.check("postgresql+psycopg://u@h/d", sqlite_version=(3, 36, 9))


def test_this_machine_is_fit(tmp_path: Path) -> None:
    fitness.check(f"sqlite:///{tmp_path}/bot.db")
