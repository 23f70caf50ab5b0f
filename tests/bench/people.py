"""Three hundred thousand invented people, named as often as people of the Nord and the Pas-de-Calais are."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

FAMILIES = """
Martin Dubois Lefebvre Durand Leroy Lambert Moreau Simon Laurent Michel Bernard Thomas Robert Richard Petit
Roux David Bertrand Morel Fournier Girard Bonnet Dupont Fontaine Rousseau Vincent Muller Lefèvre Faure André
Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin
Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour
Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard
Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe
Bourgeois Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot Hubert
Berger Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez Boucher Fleury Royer Klein Jacquet
Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard Maillard Baron Bertin Bailly
Hervé Schneider Fernandez Le-Gall Collet Léger Bouvier Julien Prévost Millet Perrot Daniel Cousin Germain
Breton Besson Langlois Rémy Le-Goff Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber Mallet Hamon
Boulanger Jacob Monnier Michaud Rodriguez Guichard Gillet Étienne Grondin Poulain Tessier Chevallier Collin
Chauvin Da-Silva Bouchet Gay Lemaître Delattre Delannoy Delcroix Delvallée Deleplanque Desprez Descamps
Delmotte Dhaene Vandamme Vanhoutte Vandenbossche Wattel Cuvelier Hennebelle Lecocq Leleu Bailleul Flament
Verhaeghe Duhamel Dewailly Capelle Cordier Pruvost Lheureux Tetart Benali Benamar Bouazza Bencherif Haddad
Saïdi Kaczmarek Kowalski Nowak Wojcik Nguyen Tran Traoré Diallo Ferreira Gomes
""".split()  # noqa: SIM905 - a list of names reads as lines of names
GIVEN = """
Marie Jean Pierre Michel Jeanne Philippe Nathalie Isabelle Alain Sylvie Patrick Catherine Martine Christophe
Françoise Nicolas Christine Daniel Frédéric Monique Laurent Bernard Sandrine Stéphanie Thomas Julien Sébastien
Céline Valérie David Jacqueline Thierry Olivier Julie Christian Kévin Alexandre Véronique Éric Stéphane Anne
Aurélie Pascal Camille Léa Lucas Emma Louis Gabriel Manon Chloé Hugo Enzo Jules Adam Louise Alice Arthur
Raphaël Lina Mila Ambre Rose Nathan Théo Mathis Jacques André Robert Claude Marcel Roger Paul Henri Georges
René Maurice Odette Simone Denise Yvette Ginette Paulette Thérèse Madeleine Germaine Yvonne Lucienne Raymonde
Suzanne Marguerite Hélène Brigitte Chantal Nicole Danielle Michèle Annie Josette Bruno Didier Dominique Franck
Gérard Gilles Guy Hervé Jérôme Ludovic Marc Marine Marion Mathieu Maxime Mohamed Mélanie Mickaël Mehdi Fatima
Yasmine Inès Sarah Sofia Sonia Karim Samir Youssef Amina Nadia Laëtitia Élodie Émilie Romain Quentin Vincent
Yann Yves Xavier Benoît Benjamin Antoine Arnaud Cédric Cyril Fabien Fabrice Florian Grégory
""".split()  # noqa: SIM905 - a list of names reads as lines of names
# The tail: names that few people bear, each of a beginning, a middle and an end.
_BEGINS = """
de le du van bo mar ca gui la ber bar re ro tho vi wa pi per mo ma li jo hen gra go fo dar cour ches bra al
""".split()  # noqa: SIM905
_MIDDLES = "lan ver cou bri don mas pet gran fau sol tru vin rou les char mon poi cha gal ten nar ric".split()  # noqa: SIM905
_ENDS = "ier ot eau in on el et ard aux ois ez ez son nel court ville quin at".split()  # noqa: SIM905
_COMMON = 0.35  # of people bear one of the names above; within them, the frequency of a rank falls as one over it
_DOUBLE = 0.15  # have a second given name, joined by a hyphen


@dataclass(frozen=True)
class Somebody:
    """Who somebody is; `mobile` in E.164, or none."""

    family_name: str
    given_names: str
    birth_date: date
    mobile: str | None


def crowd(count: int, seed: int = 62) -> Iterator[Somebody]:
    """As many people, the same ones for one seed; as for mobiles, one in five has none."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable world
    family = _drawn(dice, FAMILIES, 12)
    given = _drawn(dice, GIVEN, 6)
    for number in range(count):
        rare = f"{dice.choice(_BEGINS)}{dice.choice(_MIDDLES)}{dice.choice(_ENDS)}".capitalize()
        first = given()
        yield Somebody(
            family() if dice.random() < _COMMON else rare,
            f"{first}-{given()}" if dice.random() < _DOUBLE else first,
            date(1932, 1, 1) + timedelta(days=dice.randrange(94 * 365)),
            f"+33{dice.choice((6, 7))}{dice.randrange(100_000_000):08}" if number % 5 else None,
        )


def _drawn(dice: random.Random, names: Sequence[str], shift: int):  # type: ignore[no-untyped-def]
    plain_names = [name.replace("-", " ") for name in names]
    weights = list(accumulate(1 / (rank + shift) for rank in range(len(names))))
    return lambda: dice.choices(plain_names, cum_weights=weights)[0]
