"""The proxy-session service: the API `chime-sdk-voice` speaks, its rules and its store."""
