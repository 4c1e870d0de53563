"""The mailbox: an SMTP server that keeps everything it receives and shows it on a web page."""
