"""Writes a log line and metrics for each request. Powertools is used nowhere else."""

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
    """Reports on the requests of one function.

    Args:
        function_name: the function's name, a dimension of its metrics: an alarm watches one provider
            of an account.
    """

    function_name: str

    def answer(
        self, operation: str, address: ReturnAddress, delivery: Delivery, seconds: float
    ) -> None:
        """Report an answer, delivered or not. A failed request is logged as an error.

        Args:
            operation: `Create`, `Update` or `Delete`; empty for anything else.
            address: the ids of the request.
            delivery: the answer, and its failure if it was not delivered.
            seconds: the time that the request took.
        """
        succeeded = delivery.answer["Status"] == "SUCCESS"
        log = logger.info if succeeded and not delivery.failure else logger.error
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
        metrics = self._metrics(operation)
        metrics.add_metric("Succeeded", MetricUnit.Count, int(succeeded))
        metrics.add_metric("Failed", MetricUnit.Count, int(not succeeded))
        metrics.add_metric("Undelivered", MetricUnit.Count, int(delivery.failure is not None))
        metrics.add_metric("Duration", MetricUnit.Milliseconds, seconds * 1000)
        metrics.flush_metrics()

    def unanswerable(self, error: ProviderError) -> None:
        """Report an event without an address to answer."""
        logger.error("event cannot be answered", extra={"reason": str(error)})
        self._count("Unanswerable")

    def left_behind(self, physical_id: str, error: ProviderError) -> None:
        """Report a resource that exists and belongs to no stack."""
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
