"""The blueprint that the modules of the API register their operations on."""

from __future__ import annotations

import flask

blueprint = flask.Blueprint("api", __name__)
