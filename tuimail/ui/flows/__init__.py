"""Conversations that take more than one screen: signing in, writing, settings and signing out, trouble."""
