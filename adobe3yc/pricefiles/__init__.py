"""Price files as Adobe's partners get them every month: from a file to rows, each fault with its cell. No database."""
