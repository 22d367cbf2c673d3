"""How phone numbers and addresses show in lists."""

from django import template

from ..privacy import masked_email, masked_phone

register = template.Library()
register.filter("masked_phone", masked_phone)
register.filter("masked_email", masked_email)
