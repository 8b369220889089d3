"""Links to roles, in SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from features.staff.invitations import link_key
from features.staff.model import Invitation, Role
from kernel.ids import GroupId, MemberId
from kernel.message import Text
from storage.message_codec import text_to_json
from storage.outbox import outbox
from storage.staff import invitation


@dataclass(frozen=True, slots=True)
class SqlInvitations:
    """Invitations over one connection."""

    connection: Connection

    def add(self, made: Invitation, *, made_at: datetime) -> None:
        """Keep a new invitation."""
        self.connection.execute(
            insert(invitation).values(
                code_hash=made.code_hash,
                role=made.role,
                group_id=made.group,
                days=made.days,
                made_by=made.made_by,
                made_at=made_at,
                expires_at=made.expires_at,
            )
        )

    def void(self, *, role: Role, group: GroupId | None, made_by: MemberId | None, now: datetime) -> None:
        """Let unused invitations of the same kind by the same person be over."""
        same = (
            invitation.c.role == role,
            invitation.c.group_id.is_(None) if group is None else invitation.c.group_id == group,
            invitation.c.made_by.is_(None) if made_by is None else invitation.c.made_by == made_by,
        )
        self.connection.execute(
            update(invitation)
            .where(*same, invitation.c.used_at.is_(None), invitation.c.expires_at > now)
            .values(expires_at=now)
        )

    def open(self, code_hash: str, *, now: datetime) -> Invitation | None:
        """Return an invitation that is neither used nor over; half of the hash names it too."""
        row = self.connection.execute(
            select(invitation)
            .where(invitation.c.code_hash.startswith(code_hash, autoescape=True))
            .where(invitation.c.used_at.is_(None), invitation.c.expires_at > now)
        ).one_or_none()
        if row is None:
            return None
        return Invitation(
            code_hash=row.code_hash,
            role=Role(row.role),
            group=None if row.group_id is None else GroupId(row.group_id),
            days=row.days,
            made_by=None if row.made_by is None else MemberId(row.made_by),
            expires_at=row.expires_at,
        )

    def use(self, code_hash: str, *, by: MemberId, now: datetime) -> bool:
        """Use an invitation up; False when it was used before, or is over."""
        used = self.connection.execute(
            update(invitation)
            .where(invitation.c.code_hash == code_hash)
            .where(invitation.c.used_at.is_(None), invitation.c.expires_at > now)
            .values(used_by=by, used_at=now)
        )
        if used.rowcount != 1:
            return False
        # The message that told the link held the code; nothing shall hold it any more.
        self.connection.execute(
            update(outbox)
            .where(outbox.c.dedupe_key == link_key(code_hash))
            .values(text=text_to_json(Text("staff.link_wrong")))
        )
        return True
