"""Organizations, accounts, contacts, logins and the places where somebody sells."""
