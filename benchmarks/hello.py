"""The smallest Flask application: what the stack itself costs, served and asked like the portal."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """One line of text."""
    return "hello"
