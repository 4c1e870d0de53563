"""Echo: a small vendor with an API over HTTP, whose bad days can be switched on."""
