"""Service manager "Manual fulfilment": staff deliver, with a note. Built in, no HTTP."""
