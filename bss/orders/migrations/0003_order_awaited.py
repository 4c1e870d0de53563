from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0002_quotes'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='awaited',
            field=models.JSONField(null=True),
        ),
    ]
