"""Jinja filters: the words of `portal.words` in the language of the page."""

from datetime import date, datetime, time

from flask import Flask

from portal import words
from portal.web.i18n import language


def install(app: Flask) -> None:
    """Adds the filters `day`, `short_day`, `hour`, `moment`, `phone`, `km` and `code`."""

    def day(value: date | datetime) -> str:
        return words.day_words(value, language())

    def short_day(value: date | datetime) -> str:
        return words.short_day_words(value, language())

    def hour(value: time | datetime) -> str:
        return words.hour_words(value, language())

    def moment(value: datetime) -> str:
        return words.moment_words(value, language())

    def km(value: float) -> str:
        return words.kilometres_words(value, language())

    app.jinja_env.filters.update(
        day=day,
        short_day=short_day,
        hour=hour,
        moment=moment,
        km=km,
        phone=words.phone_words,
        code=words.code_words,
        tel=words.tel_link,
    )
