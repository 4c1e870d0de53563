from django.db import migrations

# What was said to Adobe before an exchange named its customer.
NAME = """
UPDATE servicemanager_exchange SET about = left(COALESCE(
    substring(path from '^/v3/customers/([^/?]+)'), request->>'externalReferenceId', answer->>'customerId', ''
), 80)
WHERE about = '' AND path LIKE '/v3/customers%'
    AND instance_id IN (SELECT id FROM servicemanager_instance WHERE manager = 'adobe')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('adobe3yc', '0003_price_uploads'),
        ('servicemanager', '0002_exchange_about'),
    ]

    operations = [
        migrations.RunSQL(NAME, migrations.RunSQL.noop),
    ]
