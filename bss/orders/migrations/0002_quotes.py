from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='basketline',
            name='quote',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='quote',
            field=models.JSONField(null=True),
        ),
    ]
