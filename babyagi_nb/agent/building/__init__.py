"""From a task in words to drafts in the store: plan, reuse, tests before code, gate, repair.

``desk`` takes orders and ``builder`` carries them out, sitting by sitting; ``making`` makes one
function, ``growth`` thinks of tasks for a role. ``sitting`` is what makes all of it resumable,
``workshop`` what is handed in from other rooms. Nothing here makes anything active.
"""
