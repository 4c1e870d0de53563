"""What Meridian sells: categories, product types and products of vendors that exist in this story only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from bss.catalog.choices import Unit
from bss.core.fields import FieldSpec

# Twelve months for the price of eleven, three years for the price of thirty months: what a longer term saves.
_MONTHS_PAID = {Unit.P1M: 1, Unit.P1Y: 11, Unit.P3Y: 30}
_KRONOR_PER_EURO = Decimal("11.40")


@dataclass(frozen=True)
class PriceRow:
    """What one unit sells for and costs, net."""

    unit: str
    currency: str
    price: Decimal
    cost: Decimal


@dataclass(frozen=True)
class TypeRow:
    """A product type. What is not `automatic` waits for staff to execute the order."""

    code: str
    name: str
    vendor: str
    description: str
    automatic: bool = True
    fields: tuple[FieldSpec, ...] = ()


@dataclass(frozen=True)
class ProductRow:
    """A product with its list prices. `add_ons` are the codes of what it may be bought with."""

    code: str
    type: str
    category: str
    name: str
    summary: str
    description: str
    prices: tuple[PriceRow, ...]
    add_ons: tuple[str, ...] = ()
    is_add_on: bool = False
    is_featured: bool = False
    fixed: Mapping[str, str] = field(default_factory=dict)


def terms(
    price: str, cost: str, units: str = "P1M P1Y", *, kronor: bool = False
) -> tuple[PriceRow, ...]:
    """List prices for `units`, from what a month sells for and costs in EUR; in SEK as well when `kronor`."""
    rows = []
    for unit in units.split():
        months = _MONTHS_PAID[Unit(unit)]
        sells, costs = Decimal(price) * months, Decimal(cost) * months
        rows.append(PriceRow(unit, "EUR", sells, costs))
        if kronor:
            rows.append(PriceRow(unit, "SEK", _in_kronor(sells), _in_kronor(costs)))
    return tuple(rows)


def _in_kronor(euro: Decimal) -> Decimal:
    return (euro * _KRONOR_PER_EURO).quantize(Decimal(1), ROUND_HALF_UP)


CATEGORIES = (
    ("productivity", "Mail and workplace"),
    ("security", "Security"),
    ("backup", "Backup and recovery"),
    ("design", "Design and documents"),
    ("communication", "Telephony and meetings"),
    ("infrastructure", "Servers and platforms"),
    ("finance", "Accounting and payroll"),
    ("services", "Services by our own team"),
    ("plans", "For resellers"),
)

_DOMAIN = FieldSpec(
    code="domain",
    label="Mail domain",
    required=True,
    help="The domain after the @ of your addresses, such as example.org.",
    max_length=120,
    # Labels of RFC 1123, section 2.1, and a last one without digits.
    pattern=r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
    pattern_message="Enter a domain such as example.org.",
)
_MAILBOX = FieldSpec(code="mailbox_gb", label="Mailbox size in GB", type="integer", minimum="1")
_REGION = FieldSpec(
    code="region",
    label="Data region",
    type="choice",
    required=True,
    choices=(
        ("eu-central", "Europe, central"),
        ("eu-north", "Europe, north"),
        ("eu-south", "Europe, south"),
    ),
    default="eu-central",
)
_CAPACITY = FieldSpec(code="capacity_gb", label="Capacity in GB", type="integer", minimum="1")
_CORES = FieldSpec(code="cores", label="Processor cores", type="integer", minimum="1")
_MEMORY = FieldSpec(code="memory_gb", label="Memory in GB", type="integer", minimum="1")
_WISHED_DATE = FieldSpec(code="wished_on", label="Wished date", type="date")

TYPES = (
    TypeRow(
        "corvid-workplace", "Corvid Workplace", "Corvid",
        "Mail, calendar and office applications in the browser and on every device.",
        fields=(_DOMAIN, _MAILBOX),
    ),
    TypeRow("corvid-extras", "Corvid extras", "Corvid", "What a Corvid mailbox can have beside it."),
    TypeRow(
        "sentrel-protection", "Sentrel Protection", "Sentrel",
        "Protection for computers, telephones and the people who use them.",
    ),
    TypeRow("sentrel-extras", "Sentrel extras", "Sentrel", "Watch and response for Sentrel customers."),
    TypeRow(
        "harborvault-backup", "Harborvault Backup", "Harborvault",
        "Encrypted copies in two data centres, restored by the customer itself.",
        fields=(_REGION, _CAPACITY),
    ),
    TypeRow("harborvault-extras", "Harborvault extras", "Harborvault", "More copies, kept further away."),
    TypeRow(
        "inkwell-studio", "Inkwell Studio", "Inkwell",
        "Drawing, layout, photography and film, named users.",
    ),
    TypeRow("inkwell-extras", "Inkwell extras", "Inkwell", "Pictures and typefaces for Inkwell users."),
    TypeRow(
        "beaconline-voice", "Beaconline Voice", "Beaconline",
        "Telephony, meetings and service desks over the Internet.",
    ),
    TypeRow("beaconline-extras", "Beaconline extras", "Beaconline", "Minutes and numbers for Beaconline seats."),
    TypeRow(
        "gridform-compute", "Gridform Compute", "Gridform",
        "Virtual servers and platforms in European data centres.",
        fields=(_REGION, _CORES, _MEMORY),
    ),
    TypeRow("gridform-extras", "Gridform extras", "Gridform", "Copies and addresses for Gridform servers."),
    TypeRow(
        "tallyport-ledger", "Tallyport Ledger", "Tallyport",
        "Bookkeeping and payroll for small companies, with the rules of each country.",
    ),
    TypeRow(
        "meridian-services", "Meridian services", "Meridian",
        "Work by our own engineers, planned with the customer.",
        automatic=False, fields=(_WISHED_DATE,),
    ),
)  # fmt: skip

PRODUCTS = (
    # Mail and workplace
    ProductRow(
        "business-mail-basic", "corvid-workplace", "productivity", "Business Mail Basic",
        "Mail and calendar in the browser, 10 GB per person.",
        "A professional address on your own domain, shared calendars and a spam filter that learns. For people who "
        "read mail in the browser and on the telephone.",
        terms("3.60", "2.70", kronor=True), ("spam-filter-advanced",), fixed={"mailbox_gb": "10"},
    ),
    ProductRow(
        "business-mail-plus", "corvid-workplace", "productivity", "Business Mail Plus",
        "Mail, calendar and desktop programs, 50 GB per person.",
        "Everything in Business Mail Basic, larger mailboxes, shared mailboxes without a licence of their own, and "
        "synchronisation with desktop programs.",
        terms("6.90", "5.20", "P1M P1Y P3Y", kronor=True), ("mail-archive-100", "spam-filter-advanced"),
        is_featured=True, fixed={"mailbox_gb": "50"},
    ),
    ProductRow(
        "workplace-frontline", "corvid-workplace", "productivity", "Workplace Frontline",
        "Shifts, messages and tasks for people without a desk.",
        "For shops, workshops and care: shift plans, short messages and tasks on a shared or private telephone, with a "
        "2 GB mailbox.",
        terms("2.10", "1.55"), fixed={"mailbox_gb": "2"},
    ),
    ProductRow(
        "workplace-essentials", "corvid-workplace", "productivity", "Workplace Essentials",
        "Mail, files and meetings in the browser.",
        "Mail with 50 GB, 1 TB of files per person, meetings with up to 100 people, text, tables and slides in the "
        "browser.",
        terms("5.60", "4.30", kronor=True), ("mail-archive-100",), fixed={"mailbox_gb": "50"},
    ),
    ProductRow(
        "workplace-complete", "corvid-workplace", "productivity", "Workplace Complete",
        "Essentials with installed programs and device management.",
        "All of Workplace Essentials, programs to install on five devices per person, and central management of "
        "computers and telephones.",
        terms("12.40", "9.60", "P1M P1Y P3Y", kronor=True), ("mail-archive-100", "spam-filter-advanced"),
        is_featured=True, fixed={"mailbox_gb": "100"},
    ),
    ProductRow(
        "mail-archive-100", "corvid-extras", "productivity", "Mail Archive 100 GB",
        "Keeps every mail for ten years, searchable.",
        "Mail is copied to the archive as it arrives and cannot be changed there. Audits get an access of their own.",
        terms("1.90", "1.30", kronor=True), is_add_on=True,
    ),
    ProductRow(
        "spam-filter-advanced", "corvid-extras", "productivity", "Advanced Spam Filter",
        "Opens attachments in a closed room first.",
        "Links and attachments are tried out before they reach anybody. Reports go to the administrator every Monday.",
        terms("1.20", "0.80", kronor=True), is_add_on=True,
    ),
    # Security
    ProductRow(
        "endpoint-shield", "sentrel-protection", "security", "Endpoint Shield",
        "Protection against malware for computers and servers.",
        "Detects known and unknown malware, blocks it, and shows the administrator what happened, device by device.",
        terms("2.80", "1.90", "P1M P1Y P3Y", kronor=True), ("threat-response",), is_featured=True,
    ),
    ProductRow(
        "endpoint-shield-pro", "sentrel-protection", "security", "Endpoint Shield Pro",
        "Endpoint Shield with detection of intruders.",
        "Records what programs do, recognises intruders by what they do, and rolls a device back to the hour before.",
        terms("4.90", "3.40", "P1M P1Y P3Y", kronor=True), ("threat-response",),
    ),
    ProductRow(
        "identity-guard", "sentrel-protection", "security", "Identity Guard",
        "One sign-in for every application, with a second factor.",
        "People sign in once; risky sign-ins are asked for a second factor or refused. Works with 300 applications.",
        terms("5.50", "4.10", kronor=True),
    ),
    ProductRow(
        "mail-gateway-defence", "sentrel-protection", "security", "Mail Gateway Defence",
        "Keeps fraud and phishing out of any mail system.",
        "Stands before your mail server, whatever it is. Recognises forged senders and invoices that were never yours.",
        terms("2.30", "1.60"),
    ),
    ProductRow(
        "awareness-training", "sentrel-protection", "security", "Awareness Training",
        "Short lessons and harmless phishing trials.",
        "Four minutes a month per person, in eleven languages, and a trial mail now and then that teaches instead of "
        "harming.",
        terms("1.60", "1.00", "P1Y"),
    ),
    ProductRow(
        "threat-response", "sentrel-extras", "security", "Threat Response 24/7",
        "Analysts who act while you sleep.",
        "An analyst looks at every serious alarm within 15 minutes, isolates the device and calls you.",
        terms("3.50", "2.60", kronor=True), is_add_on=True,
    ),
    # Backup
    ProductRow(
        "cloud-backup-250", "harborvault-backup", "backup", "Cloud Backup 250 GB",
        "For one server or a handful of computers.",
        "A copy every hour, kept for 90 days, encrypted with a key that only you have.",
        terms("9.00", "6.00"), ("second-region-copy",), fixed={"capacity_gb": "250"},
    ),
    ProductRow(
        "cloud-backup-1tb", "harborvault-backup", "backup", "Cloud Backup 1 TB",
        "For a small company with its servers.",
        "A copy every hour, kept for 90 days, encrypted with a key that only you have. Whole servers start from the "
        "copy in minutes.",
        terms("24.00", "16.50", "P1M P1Y P3Y", kronor=True), ("second-region-copy",), is_featured=True,
        fixed={"capacity_gb": "1000"},
    ),
    ProductRow(
        "cloud-backup-5tb", "harborvault-backup", "backup", "Cloud Backup 5 TB",
        "For file servers and databases.",
        "Everything in Cloud Backup 1 TB, and databases without an interruption while they are copied.",
        terms("99.00", "70.00", "P1M P1Y P3Y"), ("second-region-copy",), fixed={"capacity_gb": "5000"},
    ),
    ProductRow(
        "workstation-backup", "harborvault-backup", "backup", "Workstation Backup",
        "One computer, as much as it holds.",
        "Copies whenever the computer is online. A lost laptop is back on a new one the same day.",
        terms("5.90", "3.90", kronor=True),
    ),
    ProductRow(
        "second-region-copy", "harborvault-extras", "backup", "Second Region Copy",
        "A further copy at least 500 km away.",
        "Each copy is repeated to another region within the hour.",
        terms("8.00", "5.50", kronor=True), is_add_on=True,
    ),
    # Design
    ProductRow(
        "design-suite-pro", "inkwell-studio", "design", "Design Suite Pro",
        "All Inkwell applications for one named user.",
        "Drawing, layout, photography, film and sound, 100 GB of shared files, and typefaces for print and the web.",
        terms("54.90", "43.90", "P1M P1Y P3Y", kronor=True), ("stock-pictures",), is_featured=True,
    ),
    ProductRow(
        "design-suite-single", "inkwell-studio", "design", "Design Suite Single",
        "One Inkwell application of your choice.",
        "The one application somebody works with every day, with the same typefaces and shared files.",
        terms("22.90", "18.30"), ("stock-pictures",),
    ),
    ProductRow(
        "document-studio", "inkwell-studio", "design", "Document Studio",
        "Create, compare and sign PDF documents.",
        "Edit PDF files like text, compare two versions, send them out for signature and see who signed.",
        terms("14.90", "11.60", kronor=True),
    ),
    ProductRow(
        "stock-pictures", "inkwell-extras", "design", "Stock Pictures 25",
        "25 pictures a month for print and the web.",
        "What is not used one month is kept for the next, up to 100.",
        terms("9.90", "7.20", kronor=True), is_add_on=True,
    ),
    # Telephony
    ProductRow(
        "cloud-phone", "beaconline-voice", "communication", "Cloud Phone Seat",
        "A telephone number on every device.",
        "One number on desk telephone, computer and mobile, with 1,000 minutes to 30 European countries.",
        terms("11.50", "8.10", kronor=True), ("international-minutes",),
    ),
    ProductRow(
        "meeting-room", "beaconline-voice", "communication", "Meeting Room Licence",
        "One room, one button, any meeting.",
        "Joins meetings of every large provider with one touch, and shows on the door whether the room is free.",
        terms("27.00", "19.00"),
    ),
    ProductRow(
        "contact-centre", "beaconline-voice", "communication", "Contact Centre Agent",
        "Calls, chat and mail in one queue.",
        "Agents see who calls and what was said before; supervisors see the queue and help where it is long.",
        terms("46.00", "35.00"), ("international-minutes",),
    ),
    ProductRow(
        "international-minutes", "beaconline-extras", "communication", "International Minutes 500",
        "500 minutes to 90 countries.",
        "Shared by all seats of the company. Unused minutes end with the month.",
        terms("12.00", "8.00", kronor=True), is_add_on=True,
    ),
    # Servers
    ProductRow(
        "virtual-server-s", "gridform-compute", "infrastructure", "Virtual Server S",
        "2 cores, 4 GB, for a website or a small application.",
        "Ready in a minute, with 80 GB of fast storage, a firewall and 5 TB of traffic.",
        terms("18.00", "11.50", kronor=True), ("server-snapshots",), fixed={"cores": "2", "memory_gb": "4"},
    ),
    ProductRow(
        "virtual-server-l", "gridform-compute", "infrastructure", "Virtual Server L",
        "8 cores, 32 GB, for databases and business software.",
        "Ready in a minute, with 640 GB of fast storage, a firewall and 20 TB of traffic.",
        terms("72.00", "49.00", "P1M P1Y P3Y", kronor=True), ("server-snapshots",),
        fixed={"cores": "8", "memory_gb": "32"},
    ),
    ProductRow(
        "container-platform", "gridform-compute", "infrastructure", "Container Platform",
        "Three nodes, managed and kept up to date.",
        "Runs containers on three nodes in two data centres. Updates happen at night and one node at a time.",
        terms("140.00", "104.00"), fixed={"cores": "12", "memory_gb": "48"},
    ),
    ProductRow(
        "edge-delivery", "gridform-compute", "infrastructure", "Edge Delivery 1 TB",
        "Pages and pictures from close to their readers.",
        "Copies of a website in 26 European cities, with certificates that renew themselves.",
        terms("25.00", "16.00"),
    ),
    ProductRow(
        "server-snapshots", "gridform-extras", "infrastructure", "Daily Snapshots",
        "A picture of the whole server every night.",
        "Seven nights are kept. A server is back as it was in four minutes.",
        terms("4.00", "2.50", kronor=True), is_add_on=True,
    ),
    # Accounting
    ProductRow(
        "ledger-online", "tallyport-ledger", "finance", "Ledger Online",
        "Bookkeeping for one company and three people.",
        "Invoices, bank statements and tax returns in the rules of nine countries. The tax adviser has an access of "
        "its own.",
        terms("19.00", "13.00", kronor=True),
    ),
    ProductRow(
        "payroll-online", "tallyport-ledger", "finance", "Payroll Online",
        "Salaries for up to 25 people.",
        "Payslips, holidays and reports to the authorities, each month in a quarter of an hour.",
        terms("29.00", "21.00"),
    ),
    # Services
    ProductRow(
        "onboarding-workshop", "meridian-services", "services", "Onboarding Workshop",
        "One day with your team, on site or online.",
        "We plan the move, set the first ten people up together and leave a plan for the rest. To be used within a "
        "year.",
        (
            PriceRow(Unit.P1Y, "EUR", Decimal(890), Decimal(520)),
            PriceRow(Unit.P1Y, "SEK", Decimal(9900), Decimal(5900)),
        ),
    ),
    ProductRow(
        "managed-helpdesk", "meridian-services", "services", "Managed Helpdesk",
        "Our engineers answer your people, Monday to Friday.",
        "By telephone and chat from 8 to 18 in English, German and Greek, for everything you bought from us.",
        terms("8.00", "5.00", kronor=True),
    ),
)  # fmt: skip
