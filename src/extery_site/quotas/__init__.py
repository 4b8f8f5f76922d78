"""Quotas: how often an account and a client address may do something in a period."""
