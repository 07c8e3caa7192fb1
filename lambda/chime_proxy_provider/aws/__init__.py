"""The SDK's clients, retries and errors."""
