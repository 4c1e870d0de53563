"""The service manager "Adobe Services"."""

from adobe3yc.plugin.manager import AdobeServices

__all__ = ["AdobeServices"]
