"""Where this app answers: on each surface a module of its own."""
