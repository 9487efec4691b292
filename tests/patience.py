"""How long a test waits for what is bound to come, before it says that it did not."""

PATIENCE = 300.0  # seconds: no test waits for them to pass, however busy the machine is
