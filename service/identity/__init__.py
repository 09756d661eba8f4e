"""Who acts: accounts, roles, sessions and API tokens. Actors are passed to operations, never found by them."""

from service.identity.actors import SYSTEM, Actor, Role

__all__ = ["SYSTEM", "Actor", "Role"]
