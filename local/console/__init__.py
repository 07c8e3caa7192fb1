"""The page on which a person sees proxy sessions, and places pretend calls and texts."""
