from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('servicemanager', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='exchange',
            name='about',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddIndex(
            model_name='exchange',
            index=models.Index(condition=models.Q(('about', ''), _negated=True), fields=['instance', 'about', '-id'], name='exchange_about'),
        ),
    ]
