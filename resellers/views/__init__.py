"""The pages of reseller plans: on the Storefront for resellers, in the portal for staff."""
