from django.apps import AppConfig


class IndexerConfig(AppConfig):
    name = "indexer"
    label = "indexer"
    verbose_name = "Indexer"
    default_auto_field = "django.db.models.BigAutoField"
