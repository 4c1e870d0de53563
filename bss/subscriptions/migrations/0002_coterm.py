from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ('subscriptions', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='term',
            name='priced_from',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.CheckConstraint(
                condition=Q(priced_from=None) | Q(priced_from__lte=F('starts_at')),
                name='term_priced_from',
            ),
        ),
    ]
