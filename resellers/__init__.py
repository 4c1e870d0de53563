"""Service manager "Tradewind for Resellers": plans, resellers' own storefronts and their settings."""
