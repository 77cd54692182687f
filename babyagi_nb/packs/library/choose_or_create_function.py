"""A request, done by a stored function, or else by one that is built for it."""

from pydantic import BaseModel, Field

from babyagi_nb import func


class Decision(BaseModel):
    use_existing_function: bool = Field(description="Whether one of the functions does it whole.")
    function_name: str = Field("", description="That function.")
    function_description: str = Field("", description="Otherwise: what a new one has to do.")


class Arguments(BaseModel):
    parameters: dict = Field(description="Arguments by the names of the parameters.")


@func.register_function(
    metadata={
        "description": "Have a request done by a stored function that fits, or build one for it; "
        "a new one is a draft, and waits for approval before it runs."
    },
    effects="once",
)
def choose_or_create_function(user_input: str) -> dict:
    steps: list = []

    def note(step, content):
        steps.append({"step": step, "content": content})

    def ended(error):
        return {"intermediate_steps": steps, "error": error}

    found = [
        each
        for each in func.find_functions(user_input, 8)
        if "func" not in func.get_function(each["name"])["imports"]
    ]
    names = [each["name"] for each in found]
    note("Find functions", names)
    name = ""
    wanted = user_input
    if found:
        listed = "\n".join(f"- {each['name']}: {each['description']}" for each in found)
        decision = func.ask_model(
            "Does one of these functions do all that the request asks for? If not, describe the "
            f"function that would.\n\nRequest: {user_input}\n\nFunctions:\n{listed}",
            form=Decision,
        )
        note("Decide", decision.model_dump())
        if decision.use_existing_function and decision.function_name in names:
            name = decision.function_name
        wanted = decision.function_description or user_input
    if not name:
        build = func.build(wanted)
        note("Build", {"build": build.id, "state": build.state, "message": build.message})
        if build.state != "done" or not build.main:
            return ended(build.message or f"the build {build.state}")
        name = build.main
        if name not in func.catalogue:
            return ended(f"{name} is built and waits: %babyagi approve {name}")
    function = func.get_function(name)
    filled = func.ask_model(
        "Which arguments does this function need for the request? Only what the request says, and "
        f"what follows from it.\n\nRequest: {user_input}\n\nFunction:\n{function['code']}",
        form=Arguments,
    )
    note("Arguments", filled.parameters)
    try:
        result = func.call_with_json(name, filled.parameters)
    except Exception as error:
        note("Run", f"{type(error).__name__}: {error}")
        return ended(f"{name} failed: {error}")
    note("Run", result)
    return {"intermediate_steps": steps, "execution_result": result}
