"""The addresses below /admissions/inquiry/, in the order a visitor meets them."""

from django.urls import path

from . import views

app_name = "admissions"

urlpatterns = [
    path("", views.inquiry, name="inquiry"),
    path("check/", views.check, name="check"),
    path("received/<str:token>/", views.received, name="received"),
]
