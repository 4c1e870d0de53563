"""The people of the story who sign in. All share one demonstration password; a real deployment never runs this."""

from __future__ import annotations

from dataclasses import dataclass

from bss.accounts.choices import StaffRole, StorefrontRole, UserType

DEMO_PASSWORD = "fair-winds-ahead"  # noqa: S105 -- printed for whoever runs the demo; protects nothing


@dataclass(frozen=True)
class StaffRow:
    """A member of an organization's staff."""

    organization: str
    email: str
    name: str
    role: str


@dataclass(frozen=True)
class UserRow:
    """Somebody of an account who signs in to a storefront: an admin, or a simple user with roles."""

    account: str
    first_name: str
    last_name: str
    email: str
    job_title: str
    roles: tuple[str, ...] = ()

    @property
    def user_type(self) -> str:
        return UserType.SIMPLE if self.roles else UserType.ADMIN


STAFF = (
    StaffRow("meridian", "admin@meridian.example", "Eleni Markou", StaffRole.ADMINISTRATOR),
    StaffRow("meridian", "sales@meridian.example", "Nikos Alexiou", StaffRole.SALES),
    StaffRow("meridian", "billing@meridian.example", "Sofia Dimitriadou", StaffRole.BILLING),
    StaffRow("meridian", "help@meridian.example", "Petros Kallas", StaffRole.SUPPORT),
    StaffRow("meridian", "audit@meridian.example", "Anna Vogel", StaffRole.READ_ONLY),
    StaffRow("nordhaven", "admin@nordhaven.example", "Karin Sjögren", StaffRole.ADMINISTRATOR),
    StaffRow("nordhaven", "sales@nordhaven.example", "Oskar Lindqvist", StaffRole.SALES),
)

# Who signs in at the distributor's or the tenant's shop.
USERS = (
    UserRow("techsolutions", "Giorgos", "Papas", "giorgos@techsolutions.example", "Managing director"),
    UserRow(
        "techsolutions", "Maria", "Ioannou", "maria@techsolutions.example", "Purchasing",
        (StorefrontRole.BUYER,),
    ),
    UserRow(
        "techsolutions", "Dimitra", "Lekka", "dimitra@techsolutions.example", "Accounts",
        (StorefrontRole.BILLING_AGENT,),
    ),
    UserRow(
        "techsolutions", "Stavros", "Roussos", "stavros@techsolutions.example", "Service desk",
        (StorefrontRole.SUBSCRIPTIONS_MANAGER,),
    ),
    UserRow("northbridge", "Helen", "Ashworth", "helen@northbridge.example", "Owner"),
    UserRow("lumenhaus", "Jonas", "Brandt", "jonas@lumenhaus.example", "Managing director"),
    UserRow("costaverde", "Inês", "Carvalho", "ines@costaverde.example", "Managing director"),
    UserRow(
        "costaverde", "Rui", "Teixeira", "rui@costaverde.example", "Marketing",
        (StorefrontRole.STOREFRONT_MANAGER,),
    ),
    UserRow("alpenwerk", "Lukas", "Steiner", "lukas@alpenwerk.example", "Managing director"),
    UserRow(
        "alpenwerk", "Theresa", "Gruber", "theresa@alpenwerk.example", "Online shop",
        (StorefrontRole.STOREFRONT_MANAGER, StorefrontRole.BUYER),
    ),
    UserRow("ateliernord", "Camille", "Delattre", "camille@ateliernord.example", "Owner"),
    UserRow("baltica", "Marek", "Zieliński", "marek@baltica.example", "Managing director"),
    UserRow("hydria", "Katerina", "Veloudaki", "katerina@hydria.example", "Head of IT"),
    UserRow(
        "hydria", "Yannis", "Sarris", "yannis@hydria.example", "Administrator",
        (StorefrontRole.CLOUD_ADMINISTRATOR, StorefrontRole.SUBSCRIPTIONS_MANAGER),
    ),
    UserRow("sundskeppet", "Elsa", "Nyberg", "elsa@sundskeppet.example", "Head of IT"),
)  # fmt: skip

# Who signs in at its reseller's own storefront: possible once that is open.
CUSTOMER_USERS = (
    UserRow("bergkristall", "Andreas", "Huber", "andreas@bergkristall.example", "Head of IT"),
    UserRow(
        "bergkristall", "Miriam", "Egger", "miriam@bergkristall.example", "Administrator",
        (StorefrontRole.CLOUD_ADMINISTRATOR,),
    ),
    UserRow("innufer", "Sabine", "Kofler", "sabine@innufer.example", "Practice manager"),
    UserRow("quintanova", "Tiago", "Mendes", "tiago@quintanova.example", "Administration"),
)  # fmt: skip
