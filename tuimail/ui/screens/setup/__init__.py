"""The set-up assistant's screens: the address, the proposal, the way to a client id."""
