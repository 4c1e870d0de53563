"""`python -m sandbox.echo`: the vendor as a process."""

from sandbox.echo.api import add_api
from sandbox.echo.pages import echo_pages
from sandbox.echo.store import Switches, open_store
from sandbox.serving import create_app, serve, service_parser


def main() -> None:
    """Sell subscriptions over HTTP until told to stop."""
    parser = service_parser("echo", about="A vendor whose bad days can be switched on.", port=8026)
    parser.add_argument("--key", default="echo-key", help="the API key (%(default)s)")
    options = parser.parse_args()
    database = open_store(options.state)
    app = create_app("Echo", lambda: {"behaviour": Switches(database).behaviour().mode})
    add_api(app, database, options.key)
    app.register_blueprint(echo_pages(database))
    serve(app, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
