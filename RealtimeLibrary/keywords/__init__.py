"""The keywords, one module per topic: they convert what Robot gives, call the core through the bridge and return."""
