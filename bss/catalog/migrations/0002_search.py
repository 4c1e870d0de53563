"""The words by which products are found."""

from django.db import migrations

LANGUAGES = (
    "arabic", "danish", "dutch", "english", "finnish", "french", "german", "greek", "hindi", "hungarian", "italian",
    "norwegian", "portuguese", "romanian", "russian", "spanish", "swedish", "turkish",
)  # fmt: skip
# From a code to the configuration: a cast would depend on the session, and a generated column allows none. The column
# keeps the code and no regconfig, because pg_upgrade refuses tables with a column of that type.
CONFIG = f"""
CREATE FUNCTION catalog_search_config(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE language
{' '.join(f"WHEN '{name}' THEN 'pg_catalog.{name}'::regconfig" for name in LANGUAGES)}
ELSE 'pg_catalog.simple'::regconfig END
$$
"""


def plain(text: str) -> str:
    """Signs between words as spaces, so that "FW-77" is two words and never "fw" and minus 77."""
    return f"translate({text}, '-_./:+@', '       ')"


NAME, TEXT = plain("name"), plain("left(summary || ' ' || description, 20000)")
SEARCH = f"""
ALTER TABLE catalog_product ADD COLUMN search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector(catalog_search_config(search_language::text), {NAME}), 'A')
    || setweight(to_tsvector('pg_catalog.simple', {NAME}), 'A')
    || setweight(to_tsvector('pg_catalog.simple', {plain("code || ' ' || vendor")}), 'B')
    || setweight(to_tsvector(catalog_search_config(search_language::text), {TEXT}), 'D')
    || setweight(to_tsvector('pg_catalog.simple', {TEXT}), 'D')
) STORED
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(CONFIG, "DROP FUNCTION catalog_search_config(text)"),
        migrations.RunSQL(SEARCH, "ALTER TABLE catalog_product DROP COLUMN search"),
        migrations.RunSQL(
            "CREATE INDEX product_search ON catalog_product USING gin (search)",
            "DROP INDEX product_search",
        ),
    ]
