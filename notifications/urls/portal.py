"""portal"""

from django.urls import path

from notifications.views import portal

app_name = "notifications"
urlpatterns = [
    path("mail/", portal.DeliveryList.as_view(), name="list"),
    path("mail/<slug:public_id>/", portal.DeliveryDetail.as_view(), name="detail"),
    path("mail/<slug:public_id>/preview/", portal.DeliveryPreview.as_view(), name="preview"),
    path("mail/<slug:public_id>/resend/", portal.DeliveryResend.as_view(), name="resend"),
    path("mail/<slug:public_id>/now/", portal.DeliveryHurry.as_view(), name="hurry"),
]
