"""Function packs: files of functions, and the loader that reads them.

A pack is a Python file whose functions are decorated with ``register_function``. Files written for
the original BabyAGI load unmodified: :mod:`babyagi_nb.packs.shim` answers to its module names
while the pack is read, and only there. Installed packages offer packs through the entry point
group ``babyagi_nb.packs``.
"""
