"""What members read: catalogues by language and feature. The only place with wording."""
