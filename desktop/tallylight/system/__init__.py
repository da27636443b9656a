"""What Tallylight is to the desktop: how it starts, how it ends, and what it puts into other programs' files."""
