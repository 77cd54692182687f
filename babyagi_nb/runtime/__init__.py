"""Running stored functions: compile, link, call, log, trigger. Knows ports and core only."""
