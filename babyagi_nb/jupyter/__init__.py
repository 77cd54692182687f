"""The only room that speaks IPython: magics, completion, display."""
