from django.db import migrations

import bss.core.db


def _unit() -> bss.core.db.CodeField:
    # The version before this one writes lines without it while both run.
    return bss.core.db.CodeField(blank=True, db_default="", default="", max_length=32)


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_installment_owed")]

    operations = [
        migrations.AddField(model_name="creditnoteline", name="unit", field=_unit()),
        migrations.AddField(model_name="invoiceline", name="unit", field=_unit()),
    ]
