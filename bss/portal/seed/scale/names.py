"""Invented names of companies and people, without end and never the same company twice."""

from __future__ import annotations

import random


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words(
    "Amber Birch Cedar Delta Ember Falcon Garnet Harbour Indigo Juniper Kestrel Larch Maple Nimbus Orchard Pebble "
    "Quarry Raven Saffron Thistle Umber Vale Willow Zephyr"
)
_SECOND = _words(
    "Bakery Clinic Carpentry Design Engineering Farm Foods Freight Gardens Hotels Instruments Legal Logistics Machines "
    "Media Optics Pharmacy Printing School Surveyors Textiles Travel Vineyard Workshop"
)
_GIVEN = _words(
    "Anna Bruno Clara David Elena Felix Greta Hanna Ivan Julia Karl Lena Marco Nora Otto Paula Rosa Simon Tilda Viktor"
)
_FAMILY = _words(
    "Adler Bianchi Costa Dumont Eklund Ferrari Garcia Horvat Ivanova Jansen Keller Lindgren Moreau Novak Olsen Petrov "
    "Rossi Santos Toth Weber"
)
_CITIES = _words(
    "Vienna AT Antwerp BE Zagreb HR Brno CZ Aarhus DK Tartu EE Tampere FI Lyon FR Dresden DE Patras GR Szeged HU "
    "Cork IE Turin IT Riga LV Utrecht NL Poznan PL Braga PT Cluj RO Kosice SK Maribor SI Bilbao ES"
)
CITIES = tuple(zip(_CITIES[::2], _CITIES[1::2], strict=True))


def company(number: int, chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} {number}"


def person(chance: random.Random) -> tuple[str, str]:
    """(first name, last name)"""
    return chance.choice(_GIVEN), chance.choice(_FAMILY)
