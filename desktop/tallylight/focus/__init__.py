"""Reading FOCUS, the form in which clouds and marketplaces state what they charge. Nothing here opens a file."""
