"""The post of metropolitan France with no closed day: what most tests count on."""

from portal.holidays import is_holiday
from portal.notifications.post import PostalCalendar

FRENCH_POST = PostalCalendar(is_holiday)
