"""One module per rule: evidence in, findings out. Nothing here knows files, clocks or screens."""
