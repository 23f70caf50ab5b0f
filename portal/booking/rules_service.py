"""What is an agent's own service: the families and the places for which their roles book. Pure."""

from collections.abc import Iterable

from portal.people.queries_access import Service


def may_book(services: Iterable[Service], *, family: str, place_id: int) -> bool:
    """Whether one of these services books motifs of this family at this place.

    PMI, CPEF, social, insertion and autonomy are services of their own; an agent books in none that is not theirs.
    """
    return any(_covers(service, family, place_id) for service in services)


def may_overbook(services: Iterable[Service], *, family: str, place_id: int) -> bool:
    """The same, for a time that no slot gives: over an appointment, on a closed day or outside every opening."""
    return any(service.may_overbook and _covers(service, family, place_id) for service in services)


def _covers(service: Service, family: str, place_id: int) -> bool:
    of_family = service.families is None or family in service.families
    return of_family and (service.place_ids is None or place_id in service.place_ids)
