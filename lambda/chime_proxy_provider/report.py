"""What the provider tells of its requests: log lines and metrics. Powertools is used here alone."""

import json
from dataclasses import dataclass

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from chime_proxy_provider.cloudformation.event import ReturnAddress
from chime_proxy_provider.cloudformation.response import Delivery
from chime_proxy_provider.errors import ProviderError
from chime_proxy_provider.redaction import redact

SERVICE = "chime-proxy-provider"
METRICS_NAMESPACE = "ChimeProxy"

logger = Logger(
    service=SERVICE, json_serializer=lambda record: redact(json.dumps(record, default=str))
)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Reports of one function.

    Args:
        function_name: which. An account may hold several providers, and an alarm on one is not
            to look at another.
    """

    function_name: str

    def answer(
        self, operation: str, address: ReturnAddress, delivery: Delivery, seconds: float
    ) -> None:
        """A request was answered, or its answer was not taken.

        Args:
            operation: `Create`, `Update` or `Delete`; empty for anything else.
            address: whom the answer was for.
            delivery: what was sent, and what became of it.
            seconds: how long it took.
        """
        log = logger.error if delivery.failure else logger.info
        log(
            "answer not delivered" if delivery.failure else "answered",
            extra={
                "request_type": operation,
                "stack_id": address.stack_id,
                "request_id": address.request_id,
                "logical_resource_id": address.logical_resource_id,
                "physical_resource_id": delivery.answer["PhysicalResourceId"],
                "status": delivery.answer["Status"],
                "reason": delivery.answer["Reason"],
                "delivery_failure": str(delivery.failure or ""),
            },
        )
        succeeded = delivery.answer["Status"] == "SUCCESS"
        metrics = self._metrics(operation)
        metrics.add_metric("Succeeded", MetricUnit.Count, int(succeeded))
        metrics.add_metric("Failed", MetricUnit.Count, int(not succeeded))
        metrics.add_metric("Undelivered", MetricUnit.Count, int(delivery.failure is not None))
        metrics.add_metric("Duration", MetricUnit.Milliseconds, seconds * 1000)
        metrics.flush_metrics()

    def unanswerable(self, error: ProviderError) -> None:
        """An event came that names nobody to answer."""
        logger.error("event cannot be answered", extra={"reason": str(error)})
        self._count("Unanswerable")

    def left_behind(self, physical_id: str, error: ProviderError) -> None:
        """A resource exists that CloudFormation will never know of."""
        details = {"physical_resource_id": physical_id, "reason": str(error)}
        logger.error("resource left behind", extra=details)
        self._count("LeftBehind")

    def _count(self, name: str) -> None:
        metrics = self._metrics("")
        metrics.add_metric(name, MetricUnit.Count, 1)
        metrics.flush_metrics()

    def _metrics(self, operation: str) -> EphemeralMetrics:
        metrics = EphemeralMetrics(namespace=METRICS_NAMESPACE, service=SERVICE)
        metrics.add_dimension("FunctionName", self.function_name)
        metrics.add_dimension("Operation", operation or "Unknown")
        return metrics
