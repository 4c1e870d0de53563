"""The portal's screens of service managers and provisioning."""
