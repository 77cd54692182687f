"""Thinking of what somebody would ask for, and having it built, by the names of the original."""

from pydantic import BaseModel, Field

from babyagi_nb import func


class Queries(BaseModel):
    queries: list[str] = Field(description="Each a task of its own, with what it works on.")


@func.register_function(
    metadata={
        "description": "Think of X different tasks that somebody described would ask for; fewer "
        "where no more come to the model's mind."
    }
)
def generate_queries(user_description: str, X: int = 3, max_retries: int = 3) -> list:
    found: list = []
    for _ in range(max(1, max_retries)):
        answer = func.ask_model(
            f"Think of {X - len(found)} tasks that this person would have done by a program: "
            "different from each other, each done by a few small functions, and each with all that "
            f"is needed to begin.\n\nPerson: {user_description}\n\n"
            f"Thought of already: {found or 'none'}",
            form=Queries,
        )
        found = list(dict.fromkeys([*found, *filter(None, map(str.strip, answer.queries))]))[:X]
        if len(found) >= X:
            break
    if not found:
        raise ValueError(f"the model thought of no task for {user_description!r}")
    return found


@func.register_function(
    metadata={
        "description": "Think of X tasks of somebody described and build functions for them, on "
        "one budget; the function built for each task, as a draft."
    },
    effects="once",
)
def self_build(user_description: str, X: int = 3) -> list:
    build = func.build_role(user_description, X)
    results: list = []
    for each in sorted(func.builds(), key=lambda other: other.id):
        if each.parent == build.id:
            done = each.state == "done" and each.main
            result = {"query": each.task, "output": each.main if done else None}
            if not done:
                result["error"] = each.message or f"the build {each.state}"
            results.append(result)
    if not results:
        print(f"Nothing was built: {build.message or build.state}")
    return results


@func.register_function(
    metadata={
        "description": "Think of tasks of somebody described, and have each done by a stored "
        "function or one built for it."
    },
    dependencies=["generate_queries"],
    effects="once",
)
def generate_and_process_queries(user_description: str, num_queries: int) -> dict:
    steps: list = []
    results: list = []
    queries = generate_queries(user_description, num_queries)
    steps.append({"step": "Generate queries", "content": queries})
    for query in queries:
        try:
            done = func.choose_or_create_function(query)
        except Exception as error:
            results.append({"query": query, "error": f"{type(error).__name__}: {error}"})
            continue
        steps += done["intermediate_steps"]
        result = {"query": query, "result": done.get("execution_result")}
        if "error" in done:
            result["error"] = done["error"]
        results.append(result)
    return {"intermediate_steps": steps, "results": results}
