"""The site's addresses as they are once Spanish is open: /es/… beside the English ones."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns

from amity_site import urls

FOR_VISITORS = {"", "admissions/inquiry/"}


def _split() -> tuple[list, list]:
    both = [pattern for pattern in urls.urlpatterns if str(pattern.pattern) in FOR_VISITORS]
    return both, [pattern for pattern in urls.urlpatterns if pattern not in both]


class BilingualAddresses:
    """For `settings.ROOT_URLCONF`."""

    translated, as_they_are = _split()
    urlpatterns = [*as_they_are, *i18n_patterns(*translated, prefix_default_language=False)]
