"""What the subcommands of ``%babyagi`` do: each handler takes a request and returns what is shown."""
