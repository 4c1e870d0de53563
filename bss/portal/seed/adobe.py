"""What Meridian says of Adobe's products, and who of its customers committed itself to three years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """What the catalogue says of a product, by the part number that its offers begin with."""

    summary: str
    description: str


LOOKS: Mapping[str, Look] = {
    "65304479": Look(
        "Every Creative Cloud application for one named member of a team.",
        "Pictures, layout, drawing, film, sound and the web with one licence: everything that Creative Cloud offers, "
        "in its newest version. The licence belongs to the company and moves to whoever takes over the work; shared "
        "libraries keep logos, colours and typefaces the same in everybody's files. Ten licences earn a better level, "
        "a commitment for three years a better one still.",
    ),
    "65300011": Look(
        "Make, edit, sign and protect PDF documents.",
        "Contracts, forms and drawings as PDF files that open everywhere: text and pictures are changed in place, "
        "pages are put together out of many sources, scanned paper becomes text that can be searched. Documents go out "
        "for signature and come back signed; what is confidential is blacked out or locked with a password.",
    ),
    "65300012": Look(
        "Photographs and pictures, retouched and put together.",
        "The one application that everybody who works with pictures knows: layers, masks and colours for print and "
        "screen, on the desktop and on a tablet. Made for teams, so that a licence stays with the company when "
        "somebody leaves.",
    ),
    "65300021": Look(
        "Every Creative Cloud application, run by a central IT department.",
        "The applications of Creative Cloud for houses in which many work with them: signed in with the company's own "
        "directory, packaged and rolled out by IT, with storage that the company controls and a log of what was shared "
        "with whom.",
    ),
    "65300031": Look(
        "Ten pictures a month out of a licensed archive.",
        "Photographs, drawings and patterns whose licences hold for print, web and social media. What is left over in "
        "a month stays for the next one, and everybody in the team downloads from the same share.",
    ),
    "65300041": Look(
        "Documents sent out for signature, paid by the document.",
        "Each transaction is one document that goes to its signers and comes back signed, with a record of who signed "
        "when and how they proved who they are. Bought by the thousand: the more, the less each of them costs.",
    ),
}


@dataclass(frozen=True)
class CommitmentRow:
    """A customer that accepted Adobe's three-year commitment, and the order that its reseller placed for it.

    `licences` are both bought and committed; `answers` is what Service Details asks for Adobe.
    """

    customer: str
    by: str
    offer: str
    licences: int
    answers: Mapping[str, str]


COMMITMENT = CommitmentRow(
    "rosental",
    "jonas@lumenhaus.example",
    "65304479CA01A12",
    12,
    {
        "adobe_region": "SN",
        "adobe_address": "Waldstrasse 31",
        "adobe_postcode": "04105",
        "adobe_phone": "+49 341 555 0147",
    },
)
