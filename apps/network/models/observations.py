"""What all rows made from off-chain sources have in common."""

from __future__ import annotations

from django.db import models

from apps.network.fields import HashField


class Observation(models.Model):
    """What every observation has: where it is from, the hour it counts for, and when it was last seen."""

    identity = HashField()
    source = models.CharField(max_length=24)
    observer = models.CharField(max_length=80, default="")
    hour = models.DateTimeField()
    read_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source}, {self.hour:%Y-%m-%d %H}:00"


class JobObservation(Observation):
    """An observation of one kind of work. `job_type` is empty where the raw id is in no list of ours."""

    raw_id = models.TextField(help_text="as the source names the work")
    model = models.TextField(default="")
    job_type = models.CharField(max_length=40, default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.raw_id} {self.model} of {super().__str__()}"
