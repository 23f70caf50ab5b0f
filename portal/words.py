"""Dates, hours, numbers and codes in words, the same on pages, in messages and on paper."""

from datetime import date, datetime, time

from portal.clock import paris

NBSP = "\u00a0"

_DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}


def capital(words: str) -> str:
    """Words as they begin a line: "Rendez-vous avec le Département"."""
    return words[:1].upper() + words[1:]


def day_words(day: date | datetime, language: str = "fr") -> str:
    """A day in full, in France: "mardi 24 novembre 2026", "dimanche 1er mars 2026", "Tuesday 24 November 2026"."""
    day = _in_france(day)
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    weekday, month = _DAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    return f"{weekday}{NBSP}{number}{NBSP}{month} {day.year}"


def short_day_words(day: date | datetime, language: str = "fr") -> str:
    """A day without its year: "mardi 24 novembre"."""
    return day_words(day, language).rsplit(" ", 1)[0]


def hour_words(moment: time | datetime, language: str = "fr") -> str:
    """An hour on a wall clock in France: "10 h 30", "9 h"; in English "10:30", "9:00"."""
    clock = paris(moment) if isinstance(moment, datetime) else moment
    if language == "en":
        return f"{clock.hour}:{clock.minute:02}"
    return f"{clock.hour}{NBSP}h{NBSP}{clock.minute:02}" if clock.minute else f"{clock.hour}{NBSP}h"


def moment_words(moment: datetime, language: str = "fr") -> str:
    """A day and an hour: "mardi 24 novembre 2026 à 10 h 30"."""
    joint = "at" if language == "en" else "à"
    return f"{day_words(moment, language)} {joint}{NBSP}{hour_words(moment, language)}"


def phone_words(number: str) -> str:
    """A French number by pairs, "03 53 01 00 62", from +33353010062 or any written form; others as they are.

    One that is free or costs more, "0 805 160 075", as its operators write it.
    """
    digits = "".join(character for character in number if character.isdigit())
    if number.startswith("+33") and len(digits) == 11:
        digits = f"0{digits[2:]}"
    if len(digits) != 10 or not digits.startswith("0"):
        return number
    if digits.startswith("08"):
        return NBSP.join([digits[0], digits[1:4], digits[4:7], digits[7:]])
    return NBSP.join(digits[at : at + 2] for at in range(0, 10, 2))


def kilometres_words(kilometres: float, language: str = "fr") -> str:
    """A distance: "3,4 km", "12 km", "moins de 1 km"."""
    if kilometres < 1:
        return f"{'less than' if language == 'en' else 'moins de'} 1{NBSP}km"
    figure = f"{kilometres:.1f}".removesuffix(".0") if kilometres < 10 else f"{kilometres:.0f}"
    return f"{figure if language == 'en' else figure.replace('.', ',')}{NBSP}km"


def code_words(code: str) -> str:
    """A code as it is printed: "ABCD-EFGH"."""
    return f"{code[:4]}-{code[4:]}"


def tel_link(number: str) -> str:
    """The address of a link that dials: "tel:+33353010062"; short numbers as they are."""
    digits = "".join(character for character in number if character.isdigit())
    if len(digits) == 10 and digits.startswith("0"):
        return f"tel:+33{digits[1:]}"
    return f"tel:+{digits}" if number.startswith("+") else f"tel:{digits}"


def _in_france(day: date | datetime) -> date:
    return paris(day).date() if isinstance(day, datetime) else day
