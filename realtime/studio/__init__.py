"""The studio: everything in one page, in a browser, on this machine.

`server.serve` runs it; `app.create_app` is what it serves; each part of the page has one file of
routes and one module of the page (`static/`).
"""
