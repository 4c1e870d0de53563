from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_order_awaited'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='starts_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='ends_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='orderline',
            name='priced_from',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(
                condition=Q(ends_at=None, priced_from=None, starts_at=None)
                | Q(priced_from__lte=F('starts_at'), starts_at__lt=F('ends_at')),
                name='order_line_coterm',
            ),
        ),
    ]
