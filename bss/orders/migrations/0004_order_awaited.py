from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_terms_of_resellers'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='awaited',
            field=models.JSONField(null=True),
        ),
    ]
