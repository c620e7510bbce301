"""The encrypted database of an account."""
