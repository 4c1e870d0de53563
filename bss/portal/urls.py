"""The portal's own pages."""

from django.urls import path

from bss.portal.views import home, jobs, runs, search, setup

app_name = "portal"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("search/", search.Search.as_view(), name="search"),
    path("runs/<str:public_id>/", runs.RunPage.as_view(), name="run"),
    path("setup/", setup.Setup.as_view(), name="setup"),
    path("setup/jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("setup/jobs/<int:pk>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
]
