"""The end customers of Meridian's resellers, and of its tenant: companies and the person to ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CustomerRow:
    """An end customer with its contact. `has_email` is off for those that never gave a corporate e-mail."""

    key: str
    reseller: str
    name: str
    city: str
    country: str
    first_name: str
    last_name: str
    job_title: str
    has_email: bool = True

    @property
    def domain(self) -> str:
        return f"{self.key}.example"

    @property
    def email(self) -> str:
        return f"office@{self.domain}"

    @property
    def contact_email(self) -> str:
        return f"{_plain(self.first_name)}.{_plain(self.last_name)}@{self.domain}"


CUSTOMERS = (
    CustomerRow("aegean", "techsolutions", "Aegean Foods", "Kavala", "GR", "Vasiliki", "Manou", "Head of office"),
    CustomerRow("vardar", "techsolutions", "Vardar Transport", "Polykastro", "GR", "Christos", "Tsolakis", "Owner"),
    CustomerRow("halkidiki", "techsolutions", "Halkidiki Olive Mills", "Polygyros", "GR", "Anna", "Zafeiri", "Sales"),
    CustomerRow("thermaikos", "techsolutions", "Thermaikos Clinic", "Perea", "GR", "Michalis", "Bakas", "Director"),
    CustomerRow("pindos", "techsolutions", "Pindos Timber", "Grevena", "GR", "Fotini", "Gika", "Accounts", False),
    CustomerRow("lefkos", "techsolutions", "Lefkos Pyrgos Hotels", "Thessaloniki", "GR", "Ilias", "Doukas", "IT"),
    CustomerRow("axios", "techsolutions", "Axios Printing House", "Sindos", "GR", "Eva", "Karra", "Prepress"),
    CustomerRow("kerkini", "techsolutions", "Kerkini Travel", "Serres", "GR", "Thanos", "Pappas", "Owner", False),
    CustomerRow("irwell", "northbridge", "Irwell Architects", "Salford", "GB", "Priya", "Nair", "Partner"),
    CustomerRow("pennine", "northbridge", "Pennine Veterinary Group", "Halifax", "GB", "Tom", "Hargreave", "Practice"),
    CustomerRow("calder", "northbridge", "Calder Mills Textiles", "Huddersfield", "GB", "Ruth", "Ellison", "Planning"),
    CustomerRow("mersey", "northbridge", "Mersey Freight Forwarding", "Liverpool", "GB", "Sean", "Doyle", "IT"),
    CustomerRow("peak", "northbridge", "Peak Outdoor Schools", "Buxton", "GB", "Isla", "Morton", "Head", False),
    CustomerRow("auwald", "lumenhaus", "Auwald Apotheken", "Leipzig", "DE", "Katrin", "Voigt", "Managing director"),
    CustomerRow("saalebogen", "lumenhaus", "Saalebogen Weingut", "Naumburg", "DE", "Uwe", "Kretzschmar", "Owner"),
    CustomerRow("muldental", "lumenhaus", "Muldental Logistik", "Grimma", "DE", "Silke", "Petzold", "Dispatch"),
    CustomerRow("rosental", "lumenhaus", "Rosental Verlag", "Leipzig", "DE", "Friedrich", "Lorenz", "Publisher"),
    CustomerRow("elsterwerk", "lumenhaus", "Elsterwerk Maschinenbau", "Zeitz", "DE", "Heike", "Naumann", "IT"),
    CustomerRow("quintanova", "costaverde", "Quinta Nova da Ribeira", "Pinhão", "PT", "Tiago", "Mendes", "Office"),
    CustomerRow("leixoes", "costaverde", "Leixões Conservas", "Matosinhos", "PT", "Joana", "Faria", "Production"),
    CustomerRow("minhotex", "costaverde", "Minhotex Malhas", "Barcelos", "PT", "Paulo", "Azevedo", "IT"),
    CustomerRow("bolhao", "costaverde", "Bolhão Mercearia Fina", "Porto", "PT", "Beatriz", "Lopes", "Owner", False),
    CustomerRow("gerespark", "costaverde", "Gerês Park Turismo", "Braga", "PT", "Nuno", "Rocha", "Bookings"),
    CustomerRow("bergkristall", "alpenwerk", "Bergkristall Hotels", "Seefeld", "AT", "Andreas", "Huber", "Head of IT"),
    CustomerRow("innufer", "alpenwerk", "Innufer Zahnärzte", "Innsbruck", "AT", "Sabine", "Kofler", "Practice manager"),
    CustomerRow("zillerholz", "alpenwerk", "Zillerholz Zimmerei", "Mayrhofen", "AT", "Martin", "Fankhauser", "Owner"),
    CustomerRow("karwendel", "alpenwerk", "Karwendel Sport", "Hall in Tirol", "AT", "Julia", "Plattner", "Shops"),
    CustomerRow("sillspedition", "alpenwerk", "Sillschlucht Spedition", "Matrei", "AT", "Georg", "Mair", "Dispatch"),
    CustomerRow("etschtal", "alpenwerk", "Etschtal Obstgenossen", "Bolzano", "IT", "Elisa", "Pichler", "Quality"),
    CustomerRow("achensee", "alpenwerk", "Achensee Boote", "Pertisau", "AT", "Florian", "Rieser", "Captain", False),
    CustomerRow("steinkar", "alpenwerk", "Steinkar Bergbahnen", "Igls", "AT", "Doris", "Hörtnagl", "Tickets"),
    CustomerRow("deule", "ateliernord", "Imprimerie de la Deûle", "Lille", "FR", "Bastien", "Leroy", "Prepress"),
    CustomerRow("vauban", "ateliernord", "Cabinet Vauban Conseil", "Roubaix", "FR", "Nadia", "Benali", "Partner"),
    CustomerRow("opale", "ateliernord", "Opale Photographie", "Boulogne", "FR", "Hugo", "Marchand", "Photographer"),
    CustomerRow("briques", "ateliernord", "Les Briques Rouges", "Tourcoing", "FR", "Amélie", "Dubois", "Chef", False),
    CustomerRow("motlawa", "baltica", "Motława Yachts", "Gdańsk", "PL", "Agnieszka", "Wrona", "Office"),
    CustomerRow("sopot", "baltica", "Sopot Klinika", "Sopot", "PL", "Piotr", "Maj", "Director"),
    CustomerRow("kaszuby", "baltica", "Kaszuby Meble", "Kartuzy", "PL", "Ewa", "Formela", "Sales"),
    CustomerRow("hel", "baltica", "Hel Surf", "Jastarnia", "PL", "Kamil", "Budzisz", "Owner", False),
    CustomerRow("oliwa", "baltica", "Oliwa Studio Filmowe", "Gdańsk", "PL", "Magda", "Krause", "Producer"),
)  # fmt: skip

# Letters of the names above that no e-mail address has.
_LATIN = str.maketrans("áâãäåàéèêëíìîïóòôõöøúùûüçñłńśźżćąęß", "aaaaaaeeeeiiiioooooouuuucnlnszzcaes")


def _plain(name: str) -> str:
    return name.lower().translate(_LATIN).replace(" ", "-")
