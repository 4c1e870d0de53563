"""`python -m sandbox.mailbox`: the mailbox as a process."""

from sandbox.mailbox.pages import mailbox_pages
from sandbox.mailbox.smtp import Listener
from sandbox.mailbox.store import Store
from sandbox.serving import create_app, serve, service_parser


def main() -> None:
    """Receive mail over SMTP and show it over HTTP until told to stop."""
    parser = service_parser("mailbox", about="Receive e-mail and show it.", port=8025)
    parser.add_argument("--smtp-port", type=int, default=2525, help="port of SMTP (%(default)s)")
    options = parser.parse_args()
    store = Store(options.state)
    listener = Listener(store, options.host, options.smtp_port)
    app = create_app("Mailbox", lambda: {"smtp": "open" if listener.is_open else "down"})
    app.register_blueprint(mailbox_pages(store, listener))
    serve(
        app,
        host=options.host,
        port=options.port,
        start=listener.follow_fault,
        stop=listener.close,
    )


if __name__ == "__main__":
    main()
