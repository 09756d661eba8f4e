"""What diagrams may call: services, functions in FEEL, and the effects they note."""
