"""How staff, and the ways an inquiry can end, are called where there is no Row to say it."""

from django import template

from .. import ending
from ..transitions import shown_name

register = template.Library()
register.filter("shown_name", shown_name)
register.filter("how_it_ended", ending.in_words)
