"""The API on the wire: requests checked and read, responses written."""
