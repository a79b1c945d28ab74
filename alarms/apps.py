"""Alarms as a Django application."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "alarms"
