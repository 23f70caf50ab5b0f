"""The pages of the pre-diagnostic: each module adds its own to the blueprint."""

from portal.eligibility import (
    views_agents,
    views_ask,
    views_kept,
    views_mail,
    views_posted,
    views_result,
    views_rules,
)
from portal.eligibility.views_shared import bp

__all__ = ["bp", "views_agents", "views_ask", "views_kept", "views_mail", "views_posted", "views_result", "views_rules"]
