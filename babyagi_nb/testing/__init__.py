"""Test doubles that belong to the product: what our own tests use, users need as much."""
