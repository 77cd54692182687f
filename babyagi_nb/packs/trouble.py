"""The errors that users of litellm catch, as errors of ours.

Each is also the :class:`~babyagi_nb.errors.ModelError` that it was made of, with its mend, so a
pack that catches nothing shows one clear line.
"""

from __future__ import annotations

from babyagi_nb.errors import AnswerError, BudgetSpent, ModelError, ModelRefused, ModelUnavailable

__all__ = ["EXCEPTIONS", "translated"]


class APIError(ModelError):
    """What is behind all of them."""

    llm_provider = ""
    status_code: int | None = None

    @property
    def model(self) -> str:
        return ""


class APIConnectionError(APIError, ModelUnavailable):
    """No server answers."""


class AuthenticationError(APIError, ModelUnavailable):
    """The key is missing or wrong."""

    status_code = 401


class NotFoundError(APIError, ModelUnavailable):
    """There is no such model."""

    status_code = 404


class RateLimitError(APIError):
    """Too many requests, or the quota is used up."""

    status_code = 429


class Timeout(APIError):
    """There was no answer in time."""

    status_code = 408


class BadRequestError(APIError):
    """The server does not take the request."""

    status_code = 400


class ContextWindowExceededError(BadRequestError):
    """The question is too long."""


class ContentPolicyViolationError(BadRequestError, ModelRefused):
    """The model, or a filter, declined."""


class InternalServerError(APIError):
    """The server failed."""

    status_code = 500


class ServiceUnavailableError(InternalServerError):
    """The server is not there just now."""

    status_code = 503


class JSONSchemaValidationError(APIError, AnswerError):
    """The answer has not the form that was asked for."""


_KINDS: dict[str, type[APIError]] = {
    "context": ContextWindowExceededError,
    "filter": ContentPolicyViolationError,
    "form": JSONSchemaValidationError,
    "key": AuthenticationError,
    "model": NotFoundError,
    "quota": RateLimitError,
    "rate": RateLimitError,
    "refused": ContentPolicyViolationError,
    "request": BadRequestError,
    "server": InternalServerError,
    "timeout": Timeout,
    "tools": BadRequestError,
    "unreachable": APIConnectionError,
}

_ALL: tuple[type[APIError], ...] = (APIError, ServiceUnavailableError, *_KINDS.values())

EXCEPTIONS: dict[str, type[ModelError]] = {
    **{each.__name__: each for each in _ALL},
    "OpenAIError": ModelError,
    "BudgetExceededError": BudgetSpent,
}
"""By the names under which packs know them."""


def translated(error: ModelError) -> ModelError:
    """*error* as one that a user of litellm may catch by name; a spent budget stays what it is.

    >>> type(translated(ModelError("too many", kind="rate"))).__name__
    'RateLimitError'
    """
    kind = _KINDS.get(error.kind, APIError)
    if isinstance(error, APIError | BudgetSpent):
        return error
    # One that is a refusal or unavailability of ours has to stay that too.
    wider = type(error) not in (ModelError, *kind.__mro__)
    made = type(kind.__name__, (kind, type(error)), {}) if wider else kind
    found: ModelError = made(
        error.message, fix=error.fix, kind=error.kind, retry=error.retry, after=error.after
    )
    return found
