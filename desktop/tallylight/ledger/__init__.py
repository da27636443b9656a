"""The local database: every usage event ever seen."""
