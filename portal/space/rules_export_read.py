"""The data that a person takes away, to read: the tree of `rules_export` in words. Pure; in French."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from portal.letters.record import Entry, Part, Record, Row, Words
from portal.people.own_data import OwnPart
from portal.space.rules_export import Tree
from portal.words import NBSP, day_words, moment_words, phone_words

_LABELS = {
    "a": "À",
    "acces": "Accès",
    "adresse etat": "Adresse : ce que nous savons",
    "adresse confirmee_le": "Adresse confirmée le",
    "adresse lieu_qui_garde_les_lettres": "Vos lettres sont gardées dans un lieu",
    "arrive_le": "Arrivé le",
    "date_de_naissance": "Date de naissance",
    "debut": "Début",
    "demarches": "Démarches",
    "dossier_cree_le": "Dossier créé le",
    "email": "E-mail",
    "email etat": "E-mail : ce que nous savons",
    "emails": "E-mails",
    "etat": "État",
    "gros_caracteres": "Gros caractères",
    "identite_vue_le": "Identité vue par un agent le",
    "mobile etat": "Mobile : ce que nous savons",
    "ne_me_contactez_pas": "« Ne me contactez pas »",
    "prenoms": "Prénoms",
    "prouve_le": "Prouvé le",
    "reference": "Référence",
    "sms": "SMS",
    "sous_mandat": "Avec votre permission écrite",
    "telephone_fixe": "Téléphone fixe",
}


def record_of(tree: Tree, author: str, beside: Sequence[OwnPart] = ()) -> Record:
    """The same data to read. Raises KeyError when a part of the tree is missing.

    `beside`: what features keep beside the file; those that the tree leaves out are left out.
    """
    identity = tree["identite"]
    lead = f"{identity['prenoms']} {identity['nom']}\nFichier fait le {_read(tree['cree_le'])}."
    parts = [
        Part("Vous", _rows(identity)),
        Part("Comment vous joindre", _rows(tree["moyens"])),
        Part("Vos choix", _rows(tree["choix"])),
        Part("Ce qui ouvre votre espace", _entries(tree["preuves"], "type")),
        Part("Vos proches", _entries(tree["proches"], "prenoms")),
        Part("Vos rendez-vous", _entries(tree["rendez_vous"], "debut")),
        Part("Vos messages", _entries(tree["messages"], "prevu_le")),
        Part("Qui peut agir pour vous", _entries(tree["mandats"], "qui")),
        Part("Vos papiers", _entries(tree["papiers"], "papier")),
        Part("Qui a fait quoi", _entries(tree["actions"], "quand")),
        Part("Où votre espace est ouvert", _entries(tree["connexions"], "appareil")),
    ]
    parts += [
        Part(part.title, _entries(tree[part.key], part.entry, {**_LABELS, **part.labels}))
        for part in beside
        if part.key in tree
    ]
    return Record(f"Mes données{NBSP}: La Bonne Porte", lead, author, parts)


def _entries(trees: Sequence[Tree], title: str, labels: Mapping[str, str] = _LABELS) -> list[Row | Words | Entry]:
    items: list[Row | Words | Entry] = [] if trees else [Words("Rien à ce jour.")]
    for tree in trees:
        items.append(Entry(_capital(_read(tree[title]) or "Sans nom")))
        items += _rows({key: value for key, value in tree.items() if key != title}, labels)
    return items


def _rows(tree: Tree, labels: Mapping[str, str] = _LABELS) -> list[Row | Words | Entry]:
    rows: list[Row | Words | Entry] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            known = {name: part for name, part in value.items() if part not in (None, [])}
            rows += [
                Row(_label(key if name == "valeur" else f"{key} {name}", labels), _read(part, labels))
                for name, part in known.items()
            ]
        elif value not in (None, [], ""):
            rows.append(Row(_label(key, labels), _read(value, labels)))
    return rows


def _label(key: str, labels: Mapping[str, str]) -> str:
    words = labels.get(key)
    return words or _capital(key.replace("_", " "))


def _read(value: Any, labels: Mapping[str, str] = _LABELS) -> str:
    """A value in words: days and hours in full, phones by pairs, yes and no."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return "\n".join(_read(part, labels) for part in value)
    if isinstance(value, dict):
        known = {key: part for key, part in value.items() if part not in (None, "")}
        return " – ".join(f"{_label(key, labels)}{NBSP}: {_read(part, labels)}" for key, part in known.items())
    text = "" if value is None else str(value)
    if text[:1] == "+":
        return phone_words(text)
    try:
        return moment_words(datetime.fromisoformat(text)) if "T" in text[10:11] else day_words(date.fromisoformat(text))
    except ValueError:
        return text


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
