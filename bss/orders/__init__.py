"""Baskets and orders: from "Add to basket" to every line delivered, failed or cancelled."""
