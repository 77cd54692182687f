"""How many tasks of a file a model solves: at one go, by a build, by a build with a library.

``tasks`` reads the file, ``judging`` makes ground truth out of it, ``arms`` are the three ways,
``score`` says what came of it, and ``series`` goes through all of it and can go on.
"""
