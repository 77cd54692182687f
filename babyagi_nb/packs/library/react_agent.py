"""An agent that thinks and calls functions in turn, in a bounded number of rounds."""

from babyagi_nb import func


@func.register_function(
    metadata={
        "description": "Solve a task by thinking and calling stored functions in turn; the steps, "
        "the functions used and the answer as one text."
    }
)
def react_agent(input_text: str) -> str:
    return func.react(input_text).report()
