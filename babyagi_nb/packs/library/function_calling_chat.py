"""One answer to a history of messages, for which the model may call functions."""

from babyagi_nb import func


@func.register_function(
    metadata={
        "description": "Answer a history of messages, each {'role', 'message'}; the model may call "
        "the stored functions named, in several rounds."
    }
)
def chat_with_functions(chat_history: list, available_function_names: list | str) -> str:
    return func.answer_with_functions(chat_history, available_function_names)
