"""Meridian's eight resellers, on all three plans, and what each made of its own storefront."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AccountRow:
    """A reseller or a direct customer. `credit_limit` "" is unlimited; `price_list` "" is the default."""

    key: str
    name: str
    address: str
    postcode: str
    city: str
    country: str
    vat_id: str
    phone: str
    price_list: str = ""
    credit_limit: str = ""
    payment_method: str = "Bank transfer, 30 days"
    billing_day: int = 1
    currency: str = "EUR"


@dataclass(frozen=True)
class Brand:
    """How a reseller presents its own storefront."""

    account: str
    name: str
    title: str
    tagline: str
    about: str
    accent: str
    radius: str
    typeface: str


GOLD, STANDARD, DIRECT, LIST = (
    "Gold resellers",
    "Standard resellers",
    "Direct customers",
    "List prices",
)
NORDIC = "Nordic customers"

RESELLERS = (
    AccountRow(
        "techsolutions", "Techsolutions", "Egnatia 154", "546 21", "Thessaloniki", "GR", "EL801234567",
        "+30 2310 555 014", STANDARD, "25000",
    ),
    AccountRow(
        "northbridge", "Northbridge IT", "12 Castle Wharf", "M3 4LZ", "Manchester", "GB", "GB412345678",
        "+44 161 555 0172", STANDARD, "15000",
    ),
    AccountRow(
        "lumenhaus", "Lumenhaus", "Karl-Heine-Straße 87", "04229", "Leipzig", "DE", "DE301122334",
        "+49 341 555 0190", STANDARD, "20000", billing_day=5,
    ),
    AccountRow(
        "costaverde", "Costa Verde Digital", "Rua das Flores 212", "4050-262", "Porto", "PT", "PT509988776",
        "+351 22 555 0144", GOLD, "30000", payment_method="Direct debit, 14 days",
    ),
    AccountRow(
        "alpenwerk", "Alpenwerk Cloud", "Innrain 68", "6020", "Innsbruck", "AT", "ATU66554433",
        "+43 512 555 018", GOLD, "", payment_method="Direct debit, 14 days", billing_day=10,
    ),
    AccountRow(
        "ateliernord", "Atelier Nord Informatique", "18 rue de Béthune", "59800", "Lille", "FR", "FR40512345678",
        "+33 3 20 55 01 63", STANDARD, "10000",
    ),
    AccountRow(
        "baltica", "Baltica Workplace", "ul. Długa 41", "80-827", "Gdańsk", "PL", "PL5831234567",
        "+48 58 555 01 21", GOLD, "20000",
    ),
    AccountRow(
        "nordhaven", "Nordhaven Systems", "Södra Hamngatan 35", "411 14", "Gothenburg", "SE", "SE556677889901",
        "+46 31 555 01 30", GOLD, "80000", payment_method="Direct debit, 14 days",
    ),
)  # fmt: skip

DIRECT_CUSTOMERS = (
    AccountRow(
        "hydria", "Hydria Shipping", "Akti Miaouli 85", "185 38", "Piraeus", "GR", "EL099887761",
        "+30 210 555 0181", DIRECT, "40000",
    ),
    AccountRow(
        "olympus", "Olympus Dental Clinics", "Leoforos Kifisias 44", "151 25", "Marousi", "GR", "EL099112233",
        "+30 210 555 0135", DIRECT, "5000", payment_method="Direct debit, 14 days",
    ),
    AccountRow(
        "marmara", "Marmara Stone", "Leoforos Souniou 9", "190 03", "Markopoulo", "GR", "EL094433221",
        "+30 22990 555 07", DIRECT, "3000",
    ),
    AccountRow(
        "fjallvind", "Fjällvind Energi", "Storgatan 18", "972 38", "Luleå", "SE", "SE559900112201",
        "+46 920 555 014", NORDIC, "200000", currency="SEK",
    ),
)  # fmt: skip

# Whoever buys from the tenant's own shop.
NORDHAVEN_CUSTOMERS = (
    AccountRow(
        "sundskeppet", "Sundskeppet Rederi", "Masthuggskajen 4", "413 18", "Gothenburg", "SE", "SE556611223301",
        "+46 31 555 01 77", "", "150000", currency="SEK",
    ),
    AccountRow(
        "vargon", "Vargön Mekaniska", "Fabriksvägen 12", "468 30", "Vargön", "SE", "SE556655443301",
        "+46 521 555 012", "", "90000", currency="SEK",
    ),
    AccountRow(
        "bohus", "Bohus Tandvård", "Kungsgatan 20", "442 31", "Kungälv", "SE", "SE559977553301",
        "+46 303 555 019", "", "60000", currency="SEK",
    ),
)  # fmt: skip

BRANDS = (
    Brand(
        "alpenwerk", "Alpenwerk Cloud", "Alpenwerk: IT from the Tyrol", "Your IT, at home in the mountains",
        "<p>Forty people in Innsbruck and Bolzano look after the computers of hotels, surgeries and workshops between "
        "Kufstein and Lake Garda.</p><p>Call us in the morning, and we are there before noon.</p>",
        "#0f766e", "round", "humanist",
    ),
    Brand(
        "costaverde", "Costa Verde Digital", "Costa Verde Digital, Porto", "Cloud for the north of Portugal",
        "<p>We have served companies between the Minho and the Douro since 2009, in Portuguese and in plain words.</p>",
        "#b45309", "soft", "geometric",
    ),
    Brand(
        "ateliernord", "Atelier Nord Informatique", "Atelier Nord Informatique", "Careful IT for workshops and studios",
        "<p>Three people, two dogs and the IT of eighty studios in the north of France.</p>",
        "#7c3aed", "square", "serif",
    ),
)  # fmt: skip
