"""The status page: one module a topic, each with its section in templates/status/."""
