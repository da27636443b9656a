"""The door to the network: a request, described, and what sends it."""
