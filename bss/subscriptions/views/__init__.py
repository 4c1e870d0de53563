"""The screens of subscriptions: the portal's own, and the page of a change that both surfaces share."""
