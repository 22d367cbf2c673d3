"""The public pages. A Page record's slug is the name of its address here."""

from django.urls import path

from . import views

app_name = "programs"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("programs/", views.ProgramListView.as_view(), name="programs"),
    path("programs/<slug:program>/", views.ProgramView.as_view(), name="program"),
    path(
        "programs/<slug:program>/what-to-expect/",
        views.what_to_expect,
        name="what-to-expect",
    ),
    path(
        "programs/<slug:program>/what-to-expect/<slug:slug>/",
        views.ComponentView.as_view(),
        name="component",
    ),
    path("conditions/", views.ConditionListView.as_view(), name="conditions"),
    path("conditions/<slug:slug>/", views.ConditionView.as_view(), name="condition"),
    path("questions/", views.QuestionsView.as_view(), name="questions"),
    path("admissions/", views.AdmissionsView.as_view(), name="admissions"),
    path("help-now/", views.HelpNowView.as_view(), name="help-now"),
    path("privacy/", views.PageView.as_view(slug="privacy"), name="privacy"),
    path("notices/", views.PageView.as_view(slug="notices"), name="notices"),
    path("rights/", views.PageView.as_view(slug="rights"), name="rights"),
    path("robots.txt", views.robots, name="robots"),
]
