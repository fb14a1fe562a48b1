"""How sure a place is: what changes when chance, an expert or the method does. Advice; nothing decides by it."""
