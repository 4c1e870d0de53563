"""Service managers and provisioning in the portal."""

from django.urls import path

from servicemanager.views import instances, provisioning

app_name = "servicemanager"
SETUP = "setup/service-managers/"
urlpatterns = [
    path(SETUP, instances.InstanceList.as_view(), name="list"),
    path(f"{SETUP}new/<slug:code>/", instances.InstanceCreate.as_view(), name="activate"),
    path(f"{SETUP}<str:public_id>/", instances.InstanceDetail.as_view(), name="detail"),
    path(f"{SETUP}<str:public_id>/edit/", instances.InstanceEdit.as_view(), name="edit"),
    path(
        f"{SETUP}<str:public_id>/activate/", instances.InstanceSwitchOn.as_view(), name="switch-on"
    ),
    path(
        f"{SETUP}<str:public_id>/deactivate/",
        instances.InstanceSwitchOff.as_view(),
        name="switch-off",
    ),
    path(
        f"{SETUP}<str:public_id>/definition/",
        instances.DefinitionStart.as_view(),
        name="definition",
    ),
    path("provisioning/", provisioning.ProvisioningList.as_view(), name="jobs"),
    path("provisioning/<str:public_id>/", provisioning.ProvisioningDetail.as_view(), name="job"),
    path("provisioning/<str:public_id>/retry/", provisioning.Retry.as_view(), name="retry"),
    path("provisioning/<str:public_id>/deliver/", provisioning.Deliver.as_view(), name="deliver"),
    path("provisioning/<str:public_id>/decline/", provisioning.Decline.as_view(), name="decline"),
    path("provisioning/<str:public_id>/abandon/", provisioning.Abandon.as_view(), name="abandon"),
]
