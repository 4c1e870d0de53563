"""Industries, promoted and popular products, and the words by which products are found."""

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import bss.core.db

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
# What an organization of this language stems by, for the products that are there.
FILL = """
UPDATE catalog_product SET search_language = CASE split_part(o.language, '-', 1)
    WHEN 'ar' THEN 'arabic' WHEN 'da' THEN 'danish' WHEN 'de' THEN 'german' WHEN 'el' THEN 'greek'
    WHEN 'en' THEN 'english' WHEN 'es' THEN 'spanish' WHEN 'fi' THEN 'finnish' WHEN 'fr' THEN 'french'
    WHEN 'hi' THEN 'hindi' WHEN 'hu' THEN 'hungarian' WHEN 'it' THEN 'italian' WHEN 'nb' THEN 'norwegian'
    WHEN 'nl' THEN 'dutch' WHEN 'no' THEN 'norwegian' WHEN 'pt' THEN 'portuguese' WHEN 'ro' THEN 'romanian'
    WHEN 'ru' THEN 'russian' WHEN 'sv' THEN 'swedish' WHEN 'tr' THEN 'turkish' ELSE 'simple' END
FROM accounts_organization o WHERE o.id = catalog_product.organization_id
"""
CODES = ["simple", *LANGUAGES]


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_giving_seats_back'),
    ]

    operations = [
        migrations.CreateModel(
            name='Industry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='Name')),
                ('slug', models.SlugField(max_length=100)),
                ('position', models.PositiveIntegerField(default=0, verbose_name='Position')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name_plural': 'industries',
                'ordering': ['position', 'name'],
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'objects',
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
                ('objects', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name='industry',
            constraint=models.UniqueConstraint(fields=('organization', 'slug'), name='industry_once'),
        ),
        migrations.AddField(
            model_name='product',
            name='industries',
            field=models.ManyToManyField(blank=True, related_name='products', to='catalog.industry'),
        ),
        migrations.AddField(
            model_name='product',
            name='is_promoted',
            field=models.BooleanField(default=False, verbose_name='Promoted'),
        ),
        migrations.AddField(
            model_name='product',
            name='popularity',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='product',
            name='search_language',
            field=bss.core.db.CodeField(default='simple', max_length=32),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('search_language__in', CODES)), name='product_search_language_known'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['organization', '-created_at', '-id'], name='product_newest'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['organization', '-popularity', '-id'], name='product_popular'),
        ),
        migrations.RunSQL(CONFIG, "DROP FUNCTION catalog_search_config(text)"),
        migrations.RunSQL(SEARCH, "ALTER TABLE catalog_product DROP COLUMN search"),
        migrations.RunSQL(
            "CREATE INDEX product_search ON catalog_product USING gin (search)",
            "DROP INDEX product_search",
        ),
    ]
