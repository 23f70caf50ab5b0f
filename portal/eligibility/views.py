"""The pages of the pre-diagnostic: each module adds its own to the blueprint; and its part of a person's own data."""

from portal.eligibility import (
    services_own,
    views_agents,
    views_ask,
    views_counts,
    views_household,
    views_kept,
    views_mail,
    views_own,
    views_posted,
    views_result,
    views_rules,
    views_trial,
)
from portal.eligibility.views_shared import bp

__all__ = [
    "bp",
    "services_own",
    "views_agents",
    "views_ask",
    "views_counts",
    "views_household",
    "views_kept",
    "views_mail",
    "views_own",
    "views_posted",
    "views_result",
    "views_rules",
    "views_trial",
]
