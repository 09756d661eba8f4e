"""Process instances: one row with one compact state for each root instance."""

from service.instances.instance import Instance, InstanceKind

__all__ = ["Instance", "InstanceKind"]
