"""Settings, secrets and where things are kept on disk."""
