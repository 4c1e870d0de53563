"""`python -m sandbox.cards`: the provider as a process."""

from sandbox.cards.api import Mood, add_api
from sandbox.cards.pages import cards_pages
from sandbox.cards.store import open_store
from sandbox.serving import create_app, serve, service_parser


def main() -> None:
    """Take cards over HTTP until told to stop."""
    parser = service_parser("cards", about="A provider of card payments.", port=8027)
    parser.add_argument("--key", default="cards-key", help="the API key (%(default)s)")
    options = parser.parse_args()
    database = open_store(options.state)
    app = create_app("Cards", lambda: {"behaviour": Mood(database).now()["mode"]})
    add_api(app, database, options.key)
    app.register_blueprint(cards_pages(database))
    serve(app, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
