"""The public pages. A Page record's slug is the name of its address here."""

from django.urls import path

from .views import pages, search, tools

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
    path(
        "programs/<slug:program>/is-it-right-for-me/",
        tools.GuideView.as_view(),
        name="guide",
    ),
    path("programs/<slug:program>/plan-your-week/", tools.PlannerView.as_view(), name="planner"),
    path("conditions/", pages.ConditionListView.as_view(), name="conditions"),
    path("conditions/<slug:slug>/", pages.ConditionView.as_view(), name="condition"),
    path("questions/", pages.QuestionsView.as_view(), name="questions"),
    path("admissions/", pages.AdmissionsView.as_view(), name="admissions"),
    path("families/", pages.FamiliesView.as_view(), name="families"),
    path("professionals/", pages.ProfessionalsView.as_view(), name="professionals"),
    path("search/", search.SearchView.as_view(), name="search"),
    path("help-now/", pages.HelpNowView.as_view(), name="help-now"),
    path("privacy/", pages.PageView.as_view(slug="privacy"), name="privacy"),
    path("notices/", pages.PageView.as_view(slug="notices"), name="notices"),
    path("rights/", pages.PageView.as_view(slug="rights"), name="rights"),
    path("accessibility/", pages.AccessibilityView.as_view(), name="accessibility"),
    path("language-help/", pages.LanguageHelpView.as_view(), name="language-help"),
]
