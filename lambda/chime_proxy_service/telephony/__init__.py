"""Calls and texts: a carrier's reports come in, connections and announcements go out."""
