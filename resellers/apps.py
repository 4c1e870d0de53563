from django.apps import AppConfig


class ResellersConfig(AppConfig):
    name = "resellers"

    def ready(self) -> None:
        from bss.accounts.ports import ENTITLEMENTS  # noqa: PLC0415
        from bss.core.events import subscribe  # noqa: PLC0415
        from bss.ui import theme as themes  # noqa: PLC0415
        from notifications.ports import OWN_WORDS  # noqa: PLC0415
        from resellers import events, handlers, notices, slots, theme  # noqa: PLC0415
        from resellers.plugin import ResellerPlans  # noqa: PLC0415
        from resellers.selectors import PlanEntitlements  # noqa: PLC0415
        from servicemanager import registry  # noqa: PLC0415
        from servicemanager.events import InstanceActivated, InstanceDefined  # noqa: PLC0415

        registry.register(ResellerPlans)
        OWN_WORDS.register(notices.PlanWords())
        ENTITLEMENTS.register(PlanEntitlements())
        themes.register_provider(theme.preview_sheet)
        subscribe(InstanceActivated, handlers.plans_ensure_on_activation)
        subscribe(InstanceDefined, handlers.plans_link_on_definition)
        subscribe(events.PlanActivated, notices.plan_activated_tell)
        subscribe(events.PlanSwitched, notices.plan_switched_tell)
        subscribe(events.PlanEnded, notices.plan_ended_tell)
        subscribe(events.PlanEnded, handlers.approvals_end_with_plan)
        subscribe(events.PlanSwitched, handlers.approvals_end_with_plan)
        subscribe(events.PlanPaused, notices.plan_paused_tell)
        subscribe(events.PlanResumed, notices.plan_resumed_tell)
        slots.register()
