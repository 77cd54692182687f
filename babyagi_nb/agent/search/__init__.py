"""Finding functions by what they are called, by what is said about them, and by meaning.

``words`` makes terms of text, ``related`` knows which words programmers use for one another,
``lexicon`` ranks documents for a query, ``finder`` keeps a lexicon in step with a catalogue and
adds names and vectors; ``brief`` says of a function what a model has to be told.
"""
