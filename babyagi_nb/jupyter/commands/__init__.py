"""What the subcommands of ``%babyagi`` do: a handler takes a request and returns what is shown."""
