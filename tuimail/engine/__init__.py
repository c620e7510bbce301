"""Runs commands on threads that own slow resources."""
