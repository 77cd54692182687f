"""The functions that manage functions, by the names and arguments that the original gave them.

They let stored functions and agents work on the store they live in. Key values go in, and never
come out: ``get_all_secret_keys`` answers with names and where the values live.
"""

from datetime import datetime
from typing import Any

from babyagi_nb import func


@func.register_function(
    metadata={"description": "Run a stored function by name, with the arguments given."}
)
def execute_function_wrapper(function_name: str, *args: Any, **kwargs: Any) -> Any:
    return func.execute_function(function_name, *args, **kwargs)


@func.register_function(
    metadata={"description": "Store a function from its code; True when it was stored."}
)
def add_new_function(
    name: str,
    code: str,
    metadata: dict | None = None,
    imports: list | None = None,
    dependencies: list | None = None,
    key_dependencies: list | None = None,
    triggers: list | None = None,
) -> bool:
    func.add_function(
        name=name,
        code=code,
        metadata=metadata,
        imports=imports,
        dependencies=dependencies,
        key_dependencies=key_dependencies,
        triggers=triggers,
    )
    return True


@func.register_function(
    metadata={"description": "Runs whenever a function was added or updated; others listen to it."}
)
def function_added_or_updated(
    action: str | None = None, triggered_function_name: str | None = None
) -> str | None:
    return triggered_function_name


@func.register_function(
    metadata={
        "description": "Keep the value of a key outside the store, and say where.",
        "secret_parameters": ["key_value"],
    }
)
def add_key_wrapper(key_name: str, key_value: str) -> str:
    return func.add_key(key_name, key_value)


@func.register_function(metadata={"description": "All versions of a function, oldest first."})
def get_function_versions_wrapper(name: str) -> list:
    return func.get_function_versions(name)


@func.register_function(metadata={"description": "The active version of a function."})
def get_function_wrapper(name: str) -> dict | None:
    return func.get_function(name)


@func.register_function(metadata={"description": "The active versions of all functions."})
def get_all_functions_wrapper() -> list:
    return func.get_all_functions()


@func.register_function(metadata={"description": "Make another version the active one."})
def activate_function_version_wrapper(name: str, version: int) -> dict:
    return func.activate_function_version(name, version)


@func.register_function(metadata={"description": "All functions and their facts, as text."})
def display_functions_wrapper() -> str:
    return func.display()


@func.register_function(
    metadata={"description": "Logged runs, newest first, by function and time if given."}
)
def get_logs_wrapper(
    function_name: str | None = None,
    start_date: datetime | str | None = None,
    end_date: datetime | str | None = None,
) -> list:
    return func.get_logs(function_name, start_date, end_date)


@func.register_function(
    metadata={"description": "Let one function run after another (or after an event)."}
)
def add_trigger_wrapper(
    triggered_function_name: str, triggering_function_name: str | None = None
) -> None:
    return func.add_trigger(triggered_function_name, triggering_function_name)


@func.register_function(
    metadata={"description": "Names of the known keys and where their values live; no values."}
)
def get_all_secret_keys() -> list:
    return func.get_all_secret_keys()


@func.register_function(metadata={"description": "Every import that stored functions declare."})
def get_all_imports_wrapper() -> list:
    return func.get_all_imports()


@func.register_function(
    metadata={"description": "Functions that run after the named one (its listeners)."}
)
def get_triggers_for_function_wrapper(function_name: str) -> list:
    return func.get_triggers_for_function(function_name)
