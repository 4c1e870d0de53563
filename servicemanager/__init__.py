"""Service managers: plug-ins that provision one vendor's services, and the framework that drives them."""
