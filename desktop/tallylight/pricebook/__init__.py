"""Rate cards: from the price library, our supplement and the user's own prices."""
