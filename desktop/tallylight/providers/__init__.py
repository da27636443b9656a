"""Providers' interfaces: what to ask of them, and what their answers say. None of these modules sends anything."""
