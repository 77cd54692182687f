"""Conversations with a model that may call stored functions: rounds, offers, transcripts."""
