"""The pages of mandates: all of them, under one blueprint."""

from portal.mandates import (
    views_acting,
    views_agents,
    views_help,
    views_inbound,
    views_paper,
    views_space,
    views_waiting,
)
from portal.mandates.views_shared import bp

__all__ = [
    "bp",
    "views_acting",
    "views_agents",
    "views_help",
    "views_inbound",
    "views_paper",
    "views_space",
    "views_waiting",
]
