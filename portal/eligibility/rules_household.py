"""Answers that are facts of a household, and what a file keeps of them: the one read as the other. Pure."""

from collections.abc import Mapping

from portal.eligibility.rules_questions import Answers, Question, value_of
from portal.people.rules_household import Told

AGE, COMMUNE, COUPLE, CHILDREN = "age", "commune", "couple", "children"
HOUSEHOLD = (COMMUNE, COUPLE, CHILDREN)  # the questions whose answers a file keeps, when the person wants
_COUPLE = {"yes": True, "no": False}


def told_by(questions: Mapping[str, Question], answers: Answers, territories: Mapping[str, str]) -> Told:
    """What answers tell of a household; silence, and what the questions do not offer, tells nothing."""
    said = _offered(questions, answers, territories)
    children = said[CHILDREN].split(" ") if CHILDREN in said else []
    return Told(said.get(COMMUNE), _COUPLE.get(said.get(COUPLE, "")), tuple(sorted(children)))


def answers_of(questions: Mapping[str, Question], told: Told, territories: Mapping[str, str]) -> dict[str, str]:
    """What was told, as answers to those questions that still offer it."""
    said = {
        COMMUNE: told.commune,
        COUPLE: next((key for key, is_couple in _COUPLE.items() if is_couple is told.is_couple), None),
        CHILDREN: " ".join(told.children) or None,
    }
    return _offered(questions, {key: answer for key, answer in said.items() if answer is not None}, territories)


def _offered(questions: Mapping[str, Question], answers: Answers, territories: Mapping[str, str]) -> dict[str, str]:
    return {
        key: answers[key]
        for key in HOUSEHOLD
        if key in answers and key in questions and value_of(questions[key], answers[key], territories) is not None
    }
