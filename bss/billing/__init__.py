"""Billing: what was bought becomes installments, invoices and credit notes, and what was paid settles them."""
