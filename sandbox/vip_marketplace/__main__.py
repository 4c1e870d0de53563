"""`python -m sandbox.vip_marketplace`: the service as a process."""

from sandbox.serving import create_app, serve, service_parser
from sandbox.vip_marketplace.api import add_api
from sandbox.vip_marketplace.desk import Credentials
from sandbox.vip_marketplace.pages import vip_pages
from sandbox.vip_marketplace.store import Switches, open_store


def main() -> None:
    """Sell subscriptions as Adobe does until told to stop."""
    about = "Adobe's VIP Marketplace and a customer's Admin Console."
    parser = service_parser("vip_marketplace", about=about, port=8028)
    parser.add_argument("--client-id", default="vip-client", help="the API key (%(default)s)")
    parser.add_argument("--client-secret", default="vip-secret", help="its secret (%(default)s)")
    parser.add_argument("--distributor", default="1000000001", help="its id (%(default)s)")
    options = parser.parse_args()
    database = open_store(options.state)
    credentials = Credentials(options.client_id, options.client_secret, options.distributor)
    app = create_app("VIP Marketplace", lambda: {"behaviour": Switches(database).behaviour().mode})
    add_api(app, database, credentials)
    app.register_blueprint(vip_pages(database))
    serve(app, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
