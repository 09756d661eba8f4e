"""Serving assets, and answers compressed where the browser can read that."""

from __future__ import annotations

import gzip

import flask

from service.edge import STATIC
from service.web.assets import find_asset
from service.web.edge import YEAR_SECONDS, blueprint

SMALLEST = 1_000
"""Below it compressing a page saves nothing."""


@blueprint.get(f"{STATIC}<path:name>")
def static(name: str) -> flask.Response:
    asset = find_asset(name)
    zipped = _reads_gzip()
    response = flask.Response(
        asset.compressed if zipped else asset.content, content_type=asset.kind
    )
    response.set_etag(asset.mark)
    response.vary.add("Accept-Encoding")
    if zipped:
        response.content_encoding = "gzip"
    if flask.request.args.get("v") == asset.mark:
        response.cache_control.public, response.cache_control.immutable = True, True
        response.cache_control.max_age = YEAR_SECONDS
    else:
        response.cache_control.no_cache = True
    response.make_conditional(flask.request)
    return response


@blueprint.after_request
def compress(response: flask.Response) -> flask.Response:
    """Pages travel compressed. A session's cookie is never sent for another site's request, so what
    is typed into one page cannot be used to guess, by its length, what another holds."""
    plain = (
        response.mimetype == "text/html"
        and not response.content_encoding
        and not response.is_streamed
    )
    if plain and _reads_gzip() and (response.content_length or 0) >= SMALLEST:
        response.set_data(gzip.compress(response.get_data(), 5))
        response.content_encoding = "gzip"
        response.vary.add("Accept-Encoding")
    return response


def _reads_gzip() -> bool:
    return flask.request.accept_encodings.quality("gzip") > 0
