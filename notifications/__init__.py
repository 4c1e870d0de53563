"""E-mail: kinds, templates, and deliveries that survive a mail server that is down."""
