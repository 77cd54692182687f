"""Records and pure functions: standard library only; no clock, no randomness, no disk."""
