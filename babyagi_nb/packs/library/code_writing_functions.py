"""From a request in words to its result, by the names of the original.

What is written goes the way of ``%babyagi build``: planned, tested before it is coded, tried in the
sandbox, and kept as a draft until somebody approves it.
"""

from typing import Any

from pydantic import BaseModel, Field

from babyagi_nb import func


class Existing(BaseModel):
    function_found: bool = Field(description="Whether one of them does all of it.")
    function_name: str | None = Field(None, description="Which one.")


class Parameter(BaseModel):
    name: str
    type: str = "any"


class Planned(BaseModel):
    name: str
    description: str = Field(description="What it does, well enough to write it by.")
    input_parameters: list[Parameter] = []
    output_parameters: list[Parameter] = []
    dependencies: list[str] = []
    imports: list[str] = []
    code: str = Field("", description="A word on how; no code yet.")


class Breakdown(BaseModel):
    functions: list[Planned] = Field(min_length=1, description="The one that does it all first.")


class Documented(BaseModel):
    name: str
    type: str = "import"


class Needed(BaseModel):
    standard_imports: list[str] = []
    external_imports: list[str] = []
    external_apis: list[str] = []
    documentation_needed: list[Documented] = []


class Described(BaseModel):
    description: str = ""
    input_parameters: list[Parameter] = []
    output_parameters: list[Parameter] = []


class Written(BaseModel):
    function_name: str
    metadata: Described = Described()
    code: str = Field(description="The whole def, with its imports inside it.")
    imports: list[str] = []
    dependencies: list[str] = []
    key_dependencies: list[str] = []
    triggers: list[str] = []


class Arguments(BaseModel):
    parameters: dict = Field(description="Arguments by the names of the parameters.")


@func.register_function(
    metadata={
        "description": "Whether a stored function does all that a request asks for, and which."
    }
)
def check_existing_functions(user_input: str) -> dict:
    # What manages the store is never what a request in words is answered with.
    found = [
        each
        for each in func.find_functions(user_input, 8)
        if "func" not in func.get_function(each["name"])["imports"]
    ]
    nothing = {"function_found": False, "function_name": None}
    if not found:
        return nothing
    listed = "\n".join(f"- {each['name']}: {each['description']}" for each in found)
    answer = func.ask_model(
        "Does one of these functions, called once, do all that the request asks for?\n\n"
        f"Request: {user_input}\n\nFunctions:\n{listed}",
        form=Existing,
    )
    if answer.function_found and answer.function_name in {each["name"] for each in found}:
        return answer.model_dump()
    return nothing


@func.register_function(
    metadata={"description": "Plan the functions that a request needs, the main one first."}
)
def break_down_task(user_input: str) -> list:
    known = [each["name"] for each in func.find_functions(user_input, 8)]
    answer = func.ask_model(
        "Plan the smallest set of small Python functions, each reusable by its parameters, that "
        f"do this together. Stored already: {', '.join(known) or 'nothing that fits'}.\n\n"
        f"Request: {user_input}",
        form=Breakdown,
    )
    return answer.model_dump()["functions"]


@func.register_function(
    metadata={"description": "Which imports and services the code for a context needs."}
)
def decide_imports_and_apis(context: Any) -> dict:
    known = func.get_all_imports()
    used = sorted({str(each["name"]) if isinstance(each, dict) else str(each) for each in known})
    answer = func.ask_model(
        "Which modules of Python's standard library, which packages and which services does code "
        f"for this need? As few as can be. Used already: {', '.join(used) or 'none'}.\n\n{context}",
        form=Needed,
    )
    return answer.model_dump()


@func.register_function(
    metadata={"description": "Names of the functions that depend on the one named."},
    effects="idempotent",
)
def get_functions_that_depend_on(function_name: str) -> list:
    return [
        each["name"] for each in func.get_all_functions() if function_name in each["dependencies"]
    ]


@func.register_function(
    metadata={
        "description": "Write the code of one planned function with a model; nothing is tried and "
        "nothing stored. create_function does both."
    }
)
def generate_function_code(function: dict, context: Any) -> dict:
    name = function["name"]
    helpers = [func.get_function(each) for each in function.get("dependencies") or []]
    stored = "\n\n".join(each["code"] for each in helpers if each)
    answer = func.ask_model(
        f"Write this Python function, complete and ready to run, under the name {name}.\n\n"
        f"{function}\n\nContext: {context}\n\nIt may call:\n{stored or '(nothing stored)'}",
        form=Written,
    )
    return {**answer.model_dump(), "function_name": name}


@func.register_function(
    metadata={
        "description": "Have one planned function built: tests, code, trial in the sandbox. What "
        "comes of it is a draft, or None.",
    },
    effects="once",
)
def create_function(function: dict, context: Any) -> dict | None:
    words = [f"Write a function {function['name']}: {function.get('description', '')}"]
    for title, member in (("takes", "input_parameters"), ("returns", "output_parameters")):
        listed = [
            f"{each['name']}: {each.get('type', 'any')}" for each in function.get(member) or []
        ]
        words += [f"It {title} {', '.join(listed)}."] if listed else []
    build = func.build(" ".join(words))
    made = {each.name: each.version for each in build.made if each.how != "failed"}
    if build.state != "done" or build.main not in made:
        return None
    rows = func.get_function_versions(build.main)
    row = next((each for each in rows if each["version"] == made[build.main]), rows[-1])
    return {
        "name": row["name"],
        "code": row["code"],
        "metadata": row["metadata"],
        "imports": row["imports"],
        "dependencies": row["dependencies"],
        "key_dependencies": row["key_dependencies"],
        "triggers": row["triggers"],
        "version": row["version"],
        "active": row["is_active"],
    }


@func.register_function(
    metadata={
        "description": "Have all functions of a plan built that are not stored; those that came "
        "of it."
    },
    effects="once",
)
def generate_functions(function_breakdown: list, context: Any) -> list:
    made = []
    for function in function_breakdown:
        stored = func.get_function(function["name"])
        if stored is None or stored["description"] != function.get("description"):
            created = create_function(function, context)
            made += [created] if created else []
    return made


@func.register_function(metadata={"description": "Run a stored function by name."})
def run_final_function(function_name: str, *args: Any, **kwargs: Any) -> Any:
    return func.execute_function(function_name, *args, **kwargs)


@func.register_function(
    metadata={
        "description": "The arguments that a request holds for a stored function; None when there "
        "is no such function."
    }
)
def extract_function_parameters(user_input: str, function_name: str) -> dict | None:
    function = func.get_function(function_name)
    if function is None:
        return None
    answer = func.ask_model(
        "Which arguments does this function need for the request? Only what the request says, and "
        f"what follows from it.\n\nRequest: {user_input}\n\nFunction:\n{function['code']}",
        form=Arguments,
    )
    return answer.parameters


@func.register_function(
    metadata={
        "description": "Have a request done: by a stored function, or by functions built for it. "
        "The result; or, where what was built waits for approval, which function does.",
    },
    effects="once",
)
def process_user_input(user_input: str) -> Any:
    existing = check_existing_functions(user_input)
    name = existing["function_name"]
    if not existing["function_found"]:
        build = func.build(user_input)
        name = build.main
        if build.state != "done" or not name or name not in func.catalogue:
            waits = build.state == "done" and name
            mend = f"%babyagi approve {name}" if waits else f"%babyagi resume {build.id}"
            return {
                "build": build.id,
                "state": build.state,
                "main": name,
                "made": [each.name for each in build.made if each.how == "written"],
                "message": build.message or mend,
            }
    parameters = extract_function_parameters(user_input, name)
    return func.call_with_json(name, parameters)
