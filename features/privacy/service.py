"""Use cases of privacy."""

from dataclasses import dataclass

from features.privacy.model import PrivacyPolicy


@dataclass(frozen=True, slots=True)
class Privacy:
    """Export, erasure, forgetting."""

    policy: PrivacyPolicy
