"""The pages on which an appointment is chosen, made and changed."""

from flask import Blueprint

bp = Blueprint("booking", __name__)
