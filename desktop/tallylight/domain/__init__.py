"""Values and pure functions; imports nothing of ours."""
