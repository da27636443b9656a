"""One module per agent log format; `base` says what a source is."""
