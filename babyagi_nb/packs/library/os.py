"""Looking at files, by the name of the original."""

import os

from babyagi_nb import func


@func.register_function(
    metadata={
        "description": "Files and folders below the working directory, without hidden ones and "
        "caches; links are not followed, and at most 5000 entries are listed.",
    },
    effects="idempotent",
)
def get_full_directory_contents_cleaned() -> dict:
    start = os.getcwd()
    found: dict = {}
    left = 5000
    for place, folders, files in os.walk(start):
        folders[:] = sorted(
            each for each in folders if not each.startswith(".") and each != "__pycache__"
        )
        shown = sorted(each for each in files if not each.startswith("."))[:left]
        below = os.path.relpath(place, start)
        found["" if below == "." else below] = {"folders": list(folders), "files": shown}
        left -= len(shown) + len(folders)
        if left <= 0:
            folders.clear()
            break
    return {"current_directory": start, "directory_structure": found, "complete": left > 0}
