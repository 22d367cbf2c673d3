"""The admin site: stock, with the clinic's words."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class AmityAdminSite(AdminSite):
    site_title = _("Amity San Diego")
    site_header = _("Amity San Diego: admissions desk")
    index_title = _("Your work")
    empty_value_display = "–"
