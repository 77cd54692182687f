"""Keeping a library of functions good by what its log shows: evidence, proposals, and the bench."""
