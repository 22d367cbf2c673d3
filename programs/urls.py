"""The public pages. A Page record's slug is the name of its address here."""

from django.urls import path

from .views import pages, texts

app_name = "programs"

urlpatterns = [
    path("", pages.HomeView.as_view(), name="home"),
    path("programs/", pages.ProgramListView.as_view(), name="programs"),
    path("programs/<slug:program>/", pages.ProgramView.as_view(), name="program"),
    path(
        "programs/<slug:program>/what-to-expect/",
        pages.what_to_expect,
        name="what-to-expect",
    ),
    path(
        "programs/<slug:program>/what-to-expect/<slug:slug>/",
        pages.ComponentView.as_view(),
        name="component",
    ),
    path("conditions/", pages.ConditionListView.as_view(), name="conditions"),
    path("conditions/<slug:slug>/", pages.ConditionView.as_view(), name="condition"),
    path("questions/", pages.QuestionsView.as_view(), name="questions"),
    path("admissions/", pages.AdmissionsView.as_view(), name="admissions"),
    path("help-now/", pages.HelpNowView.as_view(), name="help-now"),
    path("privacy/", pages.PageView.as_view(slug="privacy"), name="privacy"),
    path("notices/", pages.PageView.as_view(slug="notices"), name="notices"),
    path("rights/", pages.PageView.as_view(slug="rights"), name="rights"),
    path("robots.txt", texts.robots, name="robots"),
]
