"""Calls on a SIP trunk: Asterisk carries them, and asks over FastAGI whom each one reaches."""
