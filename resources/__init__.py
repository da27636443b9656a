"""Files the program reads: prices, icons, the interface font."""
