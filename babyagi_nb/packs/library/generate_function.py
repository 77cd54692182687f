"""From a description to a function, in one go or step by step, by the names of the original.

``generate_function_from_description`` goes the way of ``%babyagi build``. The other functions are
its steps as the original knew them; each takes the notes made so far and hands them on.
"""

from typing import Any

from pydantic import BaseModel, Field

from babyagi_nb import func


class Related(BaseModel):
    reusable_functions: list[str] = Field([], description="To be called by the new one.")
    reference_functions: list[str] = Field([], description="Worth a look when writing it.")


class Endpoint(BaseModel):
    method: str | None = None
    url: str
    description: str | None = None


class Service(BaseModel):
    name: str
    purpose: str
    endpoints: list[Endpoint] = []


class Services(BaseModel):
    external_apis: list[Service] = Field([], description="None, where Python alone will do.")


class Notes(BaseModel):
    relevant_info: str = Field(description="What you know for certain; say where you do not.")


class Generated(BaseModel):
    name: str
    code: str = Field(description="The whole def, with its imports inside it.")
    description: str = ""
    dependencies: list[str] = Field([], description="Stored functions that it calls.")
    key_dependencies: list[str] = []


@func.register_function(
    metadata={"description": "Stored functions that have to do with a description."}
)
def fetch_existing_functions(description: str) -> dict:
    found = func.find_functions(description, 12)
    listed = "\n".join(f"{each['name']}: {each['description']}" for each in found)
    steps = [{"step": "Fetch existing functions", "content": listed}]
    return {"existing_functions": listed, "intermediate_steps": steps}


@func.register_function(
    metadata={"description": "Which of some functions a new one may call, or be modelled on."}
)
def analyze_internal_functions(
    description: str, existing_functions: str, intermediate_steps: list
) -> dict:
    found = Related()
    if existing_functions.strip():
        found = func.ask_model(
            "A function is to be written. Which of the stored ones should it call, and which are "
            f"good examples for it?\n\nTo be written: {description}\n\nStored:\n"
            f"{existing_functions}",
            form=Related,
        )
    known = {each["name"] for each in func.get_all_functions()}
    chosen = {
        kind: [each for each in names if each in known]
        for kind, names in found.model_dump().items()
    }
    intermediate_steps.append({"step": "Analyze internal functions", "content": chosen})
    return {"intermediate_steps": intermediate_steps, **chosen}


@func.register_function(metadata={"description": "The code of stored functions, by name."})
def fetch_function_codes(function_names: list, intermediate_steps: list) -> dict:
    rows = {name: func.get_function(name) for name in function_names}
    codes = {name: row["code"] for name, row in rows.items() if row}
    intermediate_steps.append({"step": "Fetch function codes", "content": codes})
    return {"intermediate_steps": intermediate_steps, "function_codes": codes}


@func.register_function(
    metadata={"description": "Which services a function needs, as far as a model knows."}
)
def determine_required_external_apis(description: str, intermediate_steps: list) -> dict:
    answer = func.ask_model(
        "Which services outside of this machine does a function for this need, if any?\n\n"
        f"{description}",
        form=Services,
    )
    listed = answer.model_dump()["external_apis"]
    intermediate_steps.append({"step": "Determine external APIs", "content": listed})
    return {"intermediate_steps": intermediate_steps, "external_apis": listed}


@func.register_function(
    metadata={
        "description": "What a model knows about using a service for a purpose. Nothing is looked "
        "up on the network."
    }
)
def handle_api_documentation(api_name: str, description: str, intermediate_steps: list) -> dict:
    notes = func.ask_model(
        f"What does somebody need to know about {api_name} to write a function for this? "
        f"Addresses, parameters, the form of answers, errors, limits.\n\n{description}",
        form=Notes,
    )
    contexts = [notes.relevant_info]
    intermediate_steps.append({"step": f"Look at {api_name}", "content": contexts})
    return {"intermediate_steps": intermediate_steps, "api_contexts": contexts}


@func.register_function(
    metadata={
        "description": "Write a function with a model from all that was gathered; nothing is tried "
        "and nothing stored."
    }
)
def generate_final_function_code(
    description: str,
    reusable_function_code: dict,
    reference_function_code: dict,
    api_contexts: list,
    intermediate_steps: list,
) -> dict:
    def shown(codes: dict) -> str:
        return "\n\n".join(codes.values()) or "(none)"

    written = func.ask_model(
        f"Write one Python function, complete and ready to run, for this: {description}\n\n"
        f"It may call these stored functions:\n{shown(reusable_function_code)}\n\n"
        f"Examples:\n{shown(reference_function_code)}\n\n"
        f"About services: {api_contexts or '(nothing)'}",
        form=Generated,
    )
    combined = {
        "name": written.name,
        "code": written.code,
        "metadata": {"description": written.description or description},
        "imports": [],
        "dependencies": [each for each in written.dependencies if func.get_function(each)],
        "key_dependencies": written.key_dependencies,
        "triggers": [],
    }
    intermediate_steps.append({"step": "Generate final code", "content": combined})
    return {"intermediate_steps": intermediate_steps, "combined_final": combined}


@func.register_function(
    metadata={"description": "Keep a written function as a draft, for somebody to approve."},
    effects="once",
)
def add_function_to_database(combined_final: dict, intermediate_steps: list) -> dict:
    members: dict[str, Any] = dict(combined_final)
    try:
        kept = func.propose(members.pop("code"), origin="model:generate_function", **members)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        intermediate_steps.append({"step": "Add function", "content": said})
        return {"intermediate_steps": intermediate_steps, "success": False}
    label = kept.functions[-1].version.label
    said = f"{label} is kept as a draft: %babyagi approve {label}"
    intermediate_steps.append({"step": "Add function", "content": said})
    return {"intermediate_steps": intermediate_steps, "success": True}


@func.register_function(
    metadata={
        "description": "Have a function built from a description, with tests and a trial in the "
        "sandbox; what comes of it is a draft."
    },
    effects="once",
)
def generate_function_from_description(description: str) -> dict:
    build = func.build(description)
    steps = [
        {"step": f"{each.how} {each.name}", "content": each.reason or f"version {each.version}"}
        for each in build.made
    ]
    if build.state != "done" or not build.main:
        steps.append({"step": "Build", "content": build.message or f"the build {build.state}"})
        return {"intermediate_steps": steps, "final_code": "", "added_to_database": False}
    made = {each.name: each.version for each in build.made}
    rows = func.get_function_versions(build.main)
    row = next((each for each in rows if each["version"] == made.get(build.main)), rows[-1])
    return {
        "intermediate_steps": steps,
        "final_code": row["code"],
        "added_to_database": True,
        "function_name": build.main,
        "version": row["version"],
    }
