"""Models and self-building: knows ports only; the one room that may speak to a model provider."""
