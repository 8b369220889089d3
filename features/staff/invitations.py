"""Links that make whoever follows them first something: the owner, or staff of a group."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from features.staff.model import Invitation, Role, StaffPolicy
from features.staff.ports import Uow
from kernel.ids import GroupId, MemberId

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else
_LENGTH = 14
_TRIES = 10  # codes that one person may try in an hour


@dataclass(frozen=True, slots=True)
class Invitations:
    """Codes: made once, kept as a hash, used once, for a while."""

    policy: StaffPolicy

    def make(
        self,
        uow: Uow,
        *,
        role: Role,
        group: GroupId | None,
        made_by: MemberId | None,
        days: int | None = None,
    ) -> str:
        """Return a new code for a role of so many `days`; of the owner's links only the last one works."""
        if role is Role.OWNER:
            uow.invitations.void(role=role, group=group, made_by=made_by, now=uow.now)
        code = "".join(uow.rng.choices(_ALPHABET, k=_LENGTH))
        expires_at = uow.now + timedelta(hours=self.policy.invitation_hours)
        uow.invitations.add(Invitation(hashed(code), role, group, days, made_by, expires_at), made_at=uow.now)
        return code

    @staticmethod
    def may_try(uow: Uow, *, member: MemberId) -> bool:
        """Count that a person tries a code; False after too many in an hour."""
        hour = int(uow.now.timestamp()) // 3600
        return any(uow.claims.take(f"code:{member}:{hour}:{number}") for number in range(_TRIES))

    @staticmethod
    def find(uow: Uow, *, code: str) -> Invitation | None:
        """Return the invitation of a code that can still be used."""
        return uow.invitations.open(hashed(code), now=uow.now)


def link_key(code_hash: str) -> str:
    """Return the dedupe key of the one message that tells a link."""
    return f"link:{code_hash}"


def hashed(code: str) -> str:
    """Return what is kept of a code: its SHA-256."""
    return sha256(code.strip().casefold().encode()).hexdigest()
