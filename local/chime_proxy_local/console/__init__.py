"""The page for people: shows proxy sessions and places pretend calls and texts."""
